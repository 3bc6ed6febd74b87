import { Alert, App, Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { passChapter, type Chapter } from '../../api/chapters';
import type { Move, Task } from '../../api/flows';
import { newKey } from '../../components/form/drafts';
import { Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';

/** Where the report lies, and for who has it: pass it on, return it, sign it. */
export function PassBar({ chapter, onDone }: { chapter: Chapter; onDone: () => Promise<unknown> }) {
  const { t, loc } = useTexts();
  const { message } = App.useApp();
  const { busy, fault, run } = useAct();
  const [reason, setReason] = useState('');
  const key = useRef(newKey());
  if (chapter.finished) return <Alert type="success" showIcon title={t('chapters.done')} />;
  const acts = chapter.flow.tokens.flatMap((task) => task.moves.filter(({ kind }) => kind === 'move' || kind === 'withdraw').map((move) => ({ task, move })));
  if (acts.length === 0) return <Alert type="info" showIcon title={t('chapters.notYours', { who: chapter.flow.tokens.map(({ user_name, actor_name }) => user_name || loc(actor_name)).join('、') })} />;
  const pass = async (task: Task, move: Move) => {
    const made = await run(() => passChapter(chapter, task, move, reason, key.current));
    key.current = newKey();
    if (!made) return;
    setReason('');
    void message.success(t('chapters.passed'));
    await onDone();
  };
  return (
    <div className="chapter-pass" role="region" aria-label={t('chapters.pass')}>
      <Input value={reason} maxLength={500} placeholder={t('chapters.passReason')} aria-label={t('chapters.passReason')} onChange={(event) => setReason(event.target.value)} />
      {acts.map(({ task, move }) => (
        <Button key={`${task.token} ${move.id}`} type={move.back || move.kind === 'withdraw' ? 'default' : 'primary'} loading={busy} disabled={move.reason && reason.trim() === ''} onClick={() => void pass(task, move)}>
          <Loc of={move.name} />
        </Button>
      ))}
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </div>
  );
}
