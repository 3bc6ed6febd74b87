import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { actOnFigures, commonActs, type FigureAct, type FigureActResults, type ReportedFigure } from '../../api/figures';
import { Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';

type Result = FigureActResults['results'][number];

/** Everything that shows figures asks anew. */
export function useFigureRefresh() {
  const client = useQueryClient();
  return () =>
    client.invalidateQueries({
      predicate: ({ queryKey }) => ['/api/figures', '/api/vintages', '/api/plans'].some((path) => String(queryKey[0]).startsWith(path)),
    });
}

/** One act on all chosen figures, with one note; each has its own result. */
export function FigureBulk({ figures, onDone }: { figures: readonly ReportedFigure[]; onDone: (stillChosen: number[]) => void }) {
  const { t } = useTexts();
  const session = useSession();
  const refresh = useFigureRefresh();
  const { busy, fault, run } = useAct();
  const [note, setNote] = useState('');
  const [done, setDone] = useState<{ act: FigureAct; results: Result[]; figures: readonly ReportedFigure[] }>();
  const acts = commonActs(figures, (permission) => may(session, permission));
  const act = async (which: FigureAct) => {
    const answer = await run(() => actOnFigures(which, figures, note));
    if (!answer) return;
    setDone({ act: which, results: answer.results, figures });
    setNote('');
    await refresh();
    onDone(answer.results.filter(({ ok }) => !ok).map(({ figure }) => figure));
  };
  return (
    <>
      {done && <Results done={done} onClose={() => setDone(undefined)} />}
      {figures.length > 0 && (
        <div className="figure-bulk" role="region" aria-label={t('figures.chosen', { n: figures.length })}>
          <b className="num">{t('figures.chosen', { n: figures.length })}</b>
          {acts.length === 0 ? (
            <span>{t('figures.nothing')}</span>
          ) : (
            <>
              {acts.some((one) => one !== 'submit') && (
                <Input className="figure-note" value={note} maxLength={500} placeholder={t(acts.includes('publish') ? 'figures.reason' : 'figures.note')} aria-label={t(acts.includes('publish') ? 'figures.reason' : 'figures.note')} onChange={(event) => setNote(event.target.value)} />
              )}
              {acts.map((one, at) => (
                <Button key={one} type={at === 0 ? 'primary' : 'default'} loading={busy} disabled={one === 'return' && note.trim() === ''} onClick={() => void act(one)}>
                  {t('figures.actN', { act: t(`figures.act.${one}`), n: figures.length })}
                </Button>
              ))}
            </>
          )}
          {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        </div>
      )}
    </>
  );
}

function Results({ done, onClose }: { done: { act: FigureAct; results: Result[]; figures: readonly ReportedFigure[] }; onClose: () => void }) {
  const { t } = useTexts();
  const refused = done.results.filter(({ ok }) => !ok);
  const name = (figure: number) => done.figures.find((one) => one.figure === figure)?.name;
  return (
    <div className="figure-results" role="status">
      <CircleCheck size={16} className="text-met" aria-hidden /> {t('figures.done', { n: done.results.length - refused.length, act: t(`figures.act.${done.act}`) })}
      {refused.length > 0 && (
        <>
          {' '}
          <CircleX size={16} className="text-missed" aria-hidden /> {t('figures.refused', { n: refused.length })}
          <ul>
            {refused.map(({ figure, error }) => (
              <li key={figure}>
                <Loc of={name(figure)} />: <Loc of={{ zh: error?.messageZh ?? '', en: error?.message ?? '' }} />
              </li>
            ))}
          </ul>
        </>
      )}
      <Button size="small" type="link" onClick={onClose}>
        {t('figures.close')}
      </Button>
    </div>
  );
}
