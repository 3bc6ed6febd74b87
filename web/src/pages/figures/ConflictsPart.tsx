import { Alert, App, Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { decideFigures, useFigureConflicts, type FigureConflict } from '../../api/figures';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useFigureRefresh } from './FigureBulk';
import { SignMark } from './SignMark';

/** Different values for one cell, side by side, until somebody decides and says why. */
export function ConflictsPart() {
  const { t } = useTexts();
  const conflicts = useFigureConflicts();
  return (
    <Answer of={conflicts} rows={6}>
      {({ items }) =>
        items.length === 0 ? (
          <Card>
            <Nothing title={t('conflict.none')}>{t('conflict.noneText')}</Nothing>
          </Card>
        ) : (
          items.map((one) => <Conflict key={`${one.indicator} ${one.area} ${one.period}`} conflict={one} />)
        )
      }
    </Answer>
  );
}

function Conflict({ conflict }: { conflict: FigureConflict }) {
  const { t } = useTexts();
  const session = useSession();
  const { message } = App.useApp();
  const refresh = useFigureRefresh();
  const { busy, fault, run } = useAct();
  const [keep, setKeep] = useState<number>();
  const [why, setWhy] = useState('');
  const decides = may(session, 'figures:review');
  const kept = conflict.figures.find(({ figure }) => figure === keep);
  const decide = async () => {
    if (!kept || !(await run(() => decideFigures(kept, why.trim())))) return;
    void message.success(t('conflict.decided'));
    await refresh();
  };
  return (
    <Card
      title={<Loc of={conflict.name} />}
      note={
        <>
          <Loc of={conflict.area_name} /> · <span className="num">{conflict.period}</span> · <Loc of={conflict.unit} />
        </>
      }
    >
      <Radio.Group className="conflict-sides" value={keep} onChange={({ target }) => setKeep(Number(target.value))}>
        {conflict.figures.map((one) => (
          <div key={one.figure} className="conflict-side">
            <b className="num">
              <Data>{one.value}</Data>
            </b>
            <SignMark state={one.state} />
            <span>
              <Data>{one.entered_by}</Data> <span className="secondary num">{formatInstant(one.entered_at)}</span>
            </span>
            {one.file && <Data>{t('figures.sourceLine', { file: one.file, line: one.line })}</Data>}
            <span className="secondary">{t('conflict.version', { n: one.version })}</span>
            {one.note && <Data>{one.note}</Data>}
            {decides && <Radio value={one.figure}>{t('conflict.keepOne', { value: one.value })}</Radio>}
          </div>
        ))}
      </Radio.Group>
      {decides && (
        <div className="conflict-act">
          <Input value={why} maxLength={500} placeholder={t('conflict.why')} aria-label={t('conflict.why')} onChange={(event) => setWhy(event.target.value)} />
          <Button type="primary" loading={busy} disabled={!kept || why.trim() === ''} onClick={() => void decide()}>
            {t('conflict.decide')}
          </Button>
        </div>
      )}
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </Card>
  );
}
