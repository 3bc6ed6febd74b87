import { Select } from 'antd';
import { useRef, useState, type KeyboardEvent } from 'react';
import type { Duty, Roster } from '../../api/flows';
import { Data, useTexts, type Key } from '../../i18n';
import { useAreaName } from '../tasks/TaskTable';
import { inCell, moved, setCell, swapCells, type Cell } from './roster';

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

interface Props {
  roster: Roster;
  duties: readonly Duty[];
  days: readonly string[];
  role: string;
  area: string;
  today: string;
  swapping: boolean;
  onChange: (duties: Duty[]) => void;
  onSwapped: () => void;
}

/** Days down, shifts across. Arrow keys lead from cell to cell, Enter opens one, Delete empties it. */
export function RosterTable(props: Props) {
  const { roster, duties, days, role, area, today, swapping, onChange, onSwapped } = props;
  const { t, loc } = useTexts();
  const table = useRef<HTMLTableElement>(null);
  const [at, setAt] = useState({ row: 0, column: 0 });
  const [open, setOpen] = useState('');
  const [first, setFirst] = useState<Cell | null>(null);
  const whole = roster.shifts.length === 0 || duties.some((duty) => duty.role === role && !duty.shift);
  const shifts = [...roster.shifts, ...(whole ? [{ id: '', name: undefined, from: '', to: '' }] : [])];
  const focus = (row: number, column: number) => {
    setAt({ row, column });
    table.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"]`)?.focus();
  };
  const choose = (cell: Cell) => {
    if (!swapping) return setOpen(`${cell.day} ${cell.shift}`);
    if (!first) return setFirst(cell);
    onChange(swapCells(duties, role, area, first, cell));
    setFirst(null);
    onSwapped();
  };
  const onKey = (event: KeyboardEvent, row: number, column: number, cell: Cell) => {
    const next = moved(event.key, row, column, days.length, shifts.length);
    if (next) {
      event.preventDefault();
      focus(next.row, next.column);
    } else if (event.key === 'Delete' && roster.may_write) {
      onChange(setCell(duties, role, area, cell, []));
    }
  };
  return (
    <table className="roster" ref={table}>
      <thead>
        <tr>
          <th scope="col">{t('roster.day')}</th>
          {shifts.map(({ id, name, from, to }) => (
            <th key={id} scope="col">
              {name ? loc(name) : t('roster.whole')} {from && <span className="secondary num">{t('roster.hours', { from, to })}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.map((day, row) => (
          <tr key={day} className={day === today ? 'roster-today' : ''}>
            <th scope="row">
              <span className="num">{day.slice(5)}</span> <span className="secondary">{t(`weekday.${weekdays[new Date(day).getUTCDay()] as string}` as Key)}</span>
              {day === today && <span className="roster-mark">{t('roster.today')}</span>}
            </th>
            {shifts.map(({ id, name }, column) => {
              const cell = { day, shift: id };
              const people = inCell(duties, role, area, cell);
              const label = t('roster.cell', { day, shift: name ? loc(name) : t('roster.whole') });
              return (
                <td key={id}>
                  {open === `${day} ${id}` ? (
                    <Choice roster={roster} role={role} label={label} users={people.filter((one) => one.area === area).map(({ user }) => user)}
                      onChange={(users) => onChange(setCell(duties, role, area, cell, users))}
                      onClose={() => {
                        setOpen('');
                        window.setTimeout(() => focus(row, column), 0);
                      }} />
                  ) : (
                    <button type="button" className={first?.day === day && first.shift === id ? 'roster-cell roster-chosen' : 'roster-cell'} data-cell={`${row}:${column}`} disabled={!roster.may_write}
                      tabIndex={at.row === row && at.column === column ? 0 : -1} onFocus={() => setAt({ row, column })} onKeyDown={(event) => onKey(event, row, column, cell)} onClick={() => choose(cell)}>
                      <span className="visually-hidden">{label}</span>
                      <span><Names people={people} area={area} roster={roster} /></span>
                    </button>
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Names({ people, area, roster }: { people: readonly Duty[]; area: string; roster: Roster }) {
  const { t } = useTexts();
  const areaName = useAreaName();
  if (people.length === 0) return <span className="secondary">{t('roster.empty')}</span>;
  return (
    <>
      {people.map((duty) => (
        <span key={`${duty.user} ${duty.area}`} className="roster-name">
          <Data>{duty.user_name || roster.people?.find(({ user }) => user === duty.user)?.name || duty.user}</Data>
          {duty.area !== area && duty.area !== '' && <small><Data>{areaName(duty.area)}</Data></small>}
        </span>
      ))}
    </>
  );
}

function Choice({ roster, role, label, users, onChange, onClose }: { roster: Roster; role: string; label: string; users: string[]; onChange: (users: string[]) => void; onClose: () => void }) {
  const { t } = useTexts();
  return (
    <Select
      mode="multiple"
      className="roster-choice"
      aria-label={label}
      autoFocus
      defaultOpen
      value={users}
      showSearch={{ optionFilterProp: 'label' }}
      notFoundContent={t('roster.noPeople')}
      options={(roster.people ?? []).filter(({ roles }) => roles.includes(role)).map(({ user, name }) => ({ value: user, label: name || user }))}
      onChange={onChange}
      onBlur={onClose}
      onInputKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    />
  );
}
