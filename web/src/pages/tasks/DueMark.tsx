import { AlarmClock, Clock, ClockAlert } from 'lucide-react';
import type { Task } from '../../api/flows';
import { formatInstant, noValue } from '../../format/format';
import { useTexts, type Key } from '../../i18n';
import { dueState, type DueState } from './due';

const icons = { overdue: ClockAlert, soon: AlarmClock, today: Clock, later: Clock, none: Clock };

export function useDueText(): (state: DueState) => string {
  const { t } = useTexts();
  return (state) => {
    if (state.kind === 'none') return t('task.noDue');
    const span = t(`task.span.${state.unit}` as Key, { n: state.n });
    return t(state.kind === 'overdue' ? 'task.overdueBy' : 'task.left', { span });
  };
}

/** When it is due: always an icon and words, never colour alone. */
export function DueMark({ task, now, date = false }: { task: Pick<Task, 'due' | 'assumed' | 'overdue'>; now: number; date?: boolean }) {
  const { t } = useTexts();
  const text = useDueText();
  if (!task.due) return <span className="secondary">{noValue}</span>;
  const state = dueState(task.due, now);
  const kind = task.overdue ? 'overdue' : state.kind;
  const Icon = icons[kind];
  return (
    <span className={`due due-${kind}`} title={formatInstant(task.due)}>
      <Icon size={14} aria-hidden />
      <span>{text(state)}</span>
      {date && <span className="num secondary">{formatInstant(task.due)}</span>}
      {task.assumed && <span className="tag" title={t('task.assumedWhy')}>{t('task.assumed')}</span>}
    </span>
  );
}
