import { Button } from 'antd';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo } from 'react';
import { useTasks, type Task } from '../../api/flows';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Loc, useTexts, type Key } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { taskKey } from './acts';
import { dayOf, isMonth, monthDays, stepMonth } from './due';
import { useFilters } from './filters';
import { TaskTable } from './TaskTable';

const limit = 200; // tasks of a month that are asked for at once
const inCell = 3;

/** Tasks by the day on which they are due; a day opens its list below. */
export function TaskCalendar() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const name = usePeriodName();
  const today = dayOf(new Date().toISOString());
  const month = isMonth(value('month')) ? value('month') : today.slice(0, 7);
  const days = monthDays(month);
  const list = useTasks({ ...useFilters(), due_from: days[0], due_to: days.at(-1), limit });
  const tasks = useMemo(() => (list.data ?? []).flatMap(({ items }) => items), [list.data]);
  const byDay = useMemo(() => {
    const map = new Map<string, Task[]>();
    for (const task of tasks) if (task.due) map.set(dayOf(task.due), [...(map.get(dayOf(task.due)) ?? []), task]);
    return map;
  }, [tasks]);
  const step = (by: number) => change({ month: stepMonth(month, by), day: null });
  if (list.isError) return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <BlockLoading rows={12} />;
  const now = Date.parse(list.data[0]?.as_of ?? '') || Date.now();
  const nowDay = dayOf(new Date(now).toISOString());
  const day = days.includes(value('day')) ? value('day') : '';
  return (
    <>
      <div className="month-head">
        <Button type="text" icon={<ChevronLeft size={15} aria-hidden />} aria-label={t('task.monthBefore')} onClick={() => step(-1)} />
        <h2>{name(month)}</h2>
        <Button type="text" icon={<ChevronRight size={15} aria-hidden />} aria-label={t('task.monthAfter')} onClick={() => step(1)} />
        {list.hasNextPage && (
          <span className="secondary">
            {t('task.monthCut', { n: formatNumber(tasks.length) })}{' '}
            <Button type="link" size="small" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t('task.more')}
            </Button>
          </span>
        )}
      </div>
      <MonthGrid days={days} month={month} today={nowDay} chosen={day} byDay={byDay} now={now} onPick={(next) => change({ day: next === day ? null : next })} />
      {day !== '' && (
        <section aria-label={day}>
          <h3 className="num month-day">{day}</h3>
          <TaskTable tasks={byDay.get(day) ?? []} now={now} loading={false} chosen={[]} empty={<Nothing title={t('task.noneDay')} />} />
        </section>
      )}
    </>
  );
}

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

interface GridProps {
  days: readonly string[];
  month: string;
  today: string;
  chosen: string;
  byDay: ReadonlyMap<string, Task[]>;
  now: number;
  onPick: (day: string) => void;
}

function MonthGrid({ days, month, today, chosen, byDay, now, onPick }: GridProps) {
  const { t } = useTexts();
  return (
    <div className="month">
      {weekdays.map((one) => (
        <span key={one} className="month-weekday" aria-hidden>
          {t(`weekday.${one}` as Key)}
        </span>
      ))}
      {days.map((day) => {
        const tasks = byDay.get(day) ?? [];
        const late = tasks.filter(({ due }) => Date.parse(due ?? '') < now).length;
        const marks = [day.slice(0, 7) === month ? '' : 'month-other', day === today ? 'month-today' : '', day === chosen ? 'month-chosen' : ''];
        return (
          <button key={day} type="button" className={`month-cell ${marks.join(' ')}`} aria-pressed={day === chosen} onClick={() => onPick(day)}>
            <span className="month-number num">{Number(day.slice(8))}</span>
            <span className="visually-hidden">{t('task.dayLabel', { day, n: tasks.length, late })}</span>
            {tasks.length > 0 && (
              <span className={late > 0 ? 'month-count month-late num' : 'month-count num'}>{late > 0 ? t('task.dayLate', { n: tasks.length, late }) : formatNumber(tasks.length)}</span>
            )}
            <span className="month-tasks" aria-hidden>
              {tasks.slice(0, inCell).map((task) => (
                <span key={taskKey(task)}>
                  <Loc of={task.subject ?? task.flow_title} />
                </span>
              ))}
            </span>
          </button>
        );
      })}
    </div>
  );
}
