import type { LogEntry, Move, Task } from '../../api/flows';

/** What somebody can do at one place of work: a form with the moves that it can lead to, or one move without a form. */
export interface Act {
  /** stands in the address */
  id: string;
  form?: string;
  moves: Move[];
  /** a return, a withdrawal, handing over: not what the work is about */
  aside: boolean;
}

const isAside = ({ kind, back }: Move): boolean => back || kind !== 'move';

/** Moves with the same form are one act: the form is filled in once, then one of them is chosen. */
export function actsOf(moves: readonly Move[]): Act[] {
  const acts: Act[] = [];
  for (const move of moves) {
    const aside = isAside(move);
    const same = move.form ? acts.find((act) => act.form === move.form && act.aside === aside) : undefined;
    if (same) same.moves.push(move);
    else acts.push({ id: move.id, form: move.form, moves: [move], aside });
  }
  return [...acts.filter(({ aside }) => !aside), ...acts.filter(({ aside }) => aside)];
}

/** The act of the address, else the first that the work is about, if it has a form. */
export function chosenAct(acts: readonly Act[], wanted: string): Act | undefined {
  const named = acts.find(({ id, moves }) => id === wanted || moves.some((move) => move.id === wanted));
  const first = acts.find(({ aside }) => !aside);
  return named ?? (wanted === '' && first?.form ? first : undefined);
}

export const needsReason = (move: Move): boolean => move.reason || move.back || move.kind === 'withdraw';

/** Moves that can be made for many tasks at once: all of them have it, and it needs nothing but a reason. */
export function commonMoves(tasks: readonly Task[]): Move[] {
  const [first, ...rest] = tasks;
  if (!first) return [];
  return first.moves.filter(
    (move) => !move.form && move.kind !== 'delegate' && rest.every((task) => task.flow === first.flow && task.moves.some(({ id, kind, form }) => id === move.id && kind === move.kind && !form)),
  );
}

export const taskKey = ({ instance, token }: Pick<Task, 'instance' | 'token'>): string => `${instance}:${token}`;

const ofClocks = ['reminded', 'escalated', 'child-started', 'child-finished', 'parent-finished', 'migrated'];

/** Whether an entry of the log changes what somebody is about to do; reminders and the like do not. */
export const isNews = ({ kind }: Pick<LogEntry, 'kind'>): boolean => !ofClocks.includes(kind);
