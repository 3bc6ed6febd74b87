import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Select } from 'antd';
import { CircleCheck, CircleX } from 'lucide-react';
import { useState } from 'react';
import { actOnMany, type BulkResult, type Task } from '../../api/flows';
import { newKey } from '../../components/form/drafts';
import { Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { commonMoves, needsReason, taskKey } from './acts';

interface Outcome {
  task: Task;
  result: BulkResult;
}

/** What is done with all chosen tasks at once, with one reason; each has its own result. */
export function BulkBar({ tasks, onDone }: { tasks: readonly Task[]; onDone: (stillChosen: string[]) => void }) {
  const { t, loc } = useTexts();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [wanted, setWanted] = useState('');
  const [reason, setReason] = useState('');
  const [key, setKey] = useState(newKey);
  const [done, setDone] = useState<Outcome[]>([]);
  const moves = commonMoves(tasks);
  const move = moves.find(({ id }) => id === wanted);
  const lacking = move !== undefined && needsReason(move) && reason.trim() === '';

  const act = async () => {
    if (!move) return;
    const items = tasks.map(({ instance, token, seen }) => ({ instance, token, seen }));
    const answer = await run(() => actOnMany({ items, move: move.id, key, ...(reason.trim() ? { reason: reason.trim() } : {}) }));
    if (!answer) return; // the same key is sent again: what was done already counts once
    const outcomes = answer.results.flatMap((result) => {
      const task = tasks.find((one) => taskKey(one) === taskKey(result));
      return task ? [{ task, result }] : [];
    });
    setDone(outcomes);
    setKey(newKey());
    setReason('');
    setWanted('');
    onDone(outcomes.filter(({ result }) => !result.ok).map(({ task }) => taskKey(task)));
    void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/tasks') });
  };

  return (
    <>
      {done.length > 0 && <Results outcomes={done} onClose={() => setDone([])} />}
      {tasks.length > 0 && (
        <div className="bulk" role="region" aria-label={t('task.bulk')}>
          <b className="num">{t('task.chosen', { n: tasks.length })}</b>
          {moves.length === 0 ? (
            <span>{t('task.bulkNone')}</span>
          ) : (
            <>
              <Select
                className="bulk-move"
                value={move?.id}
                placeholder={t('task.bulkMove')}
                aria-label={t('task.bulkMove')}
                options={moves.map(({ id, name }) => ({ value: id, label: loc(name) }))}
                onChange={setWanted}
              />
              <Input className="bulk-reason" value={reason} maxLength={500} placeholder={t(move && needsReason(move) ? 'task.reasonNeeded' : 'task.reason')} aria-label={t('task.reason')} onChange={(event) => setReason(event.target.value)} />
              <Button type="primary" loading={busy} disabled={!move || lacking} onClick={() => void act()}>
                {move ? t('task.bulkAct', { name: loc(move.name), n: tasks.length }) : t('task.bulkMove')}
              </Button>
            </>
          )}
          <Button onClick={() => onDone([])}>{t('act.cancel')}</Button>
          {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        </div>
      )}
    </>
  );
}

function Results({ outcomes, onClose }: { outcomes: readonly Outcome[]; onClose: () => void }) {
  const { t } = useTexts();
  const good = outcomes.filter(({ result }) => result.ok).length;
  const refused = outcomes.filter(({ result }) => !result.ok);
  return (
    <div className="bulk-results" role="status">
      <div className="bulk-results-head">
        <CircleCheck size={16} className="text-met" aria-hidden /> {t('task.bulkDone', { n: good })}
        {refused.length > 0 && (
          <>
            <CircleX size={16} className="text-missed" aria-hidden /> {t('task.bulkRefused', { n: refused.length })}
          </>
        )}
        <Button size="small" type="link" onClick={onClose}>
          {t('task.close')}
        </Button>
      </div>
      {refused.length > 0 && (
        <ul>
          {refused.map(({ task, result }) => (
            <li key={taskKey(task)}>
              <Loc of={task.subject ?? task.flow_title} />: <Loc of={{ zh: result.error?.messageZh || result.error?.message || '', en: result.error?.message ?? '' }} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
