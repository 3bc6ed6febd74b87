import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Segmented, Select } from 'antd';
import { ArrowLeft, ArrowLeftRight, ChevronLeft, ChevronRight, PhoneCall, Save, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { ApiError, put } from '../../api/client';
import { useRoster, type Duty, type Roster } from '../../api/flows';
import { useAreas } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Answer, useErrorText } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { Data, Loc, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { dayOf } from '../tasks/due';
import { useAreaName } from '../tasks/TaskTable';
import { daysOf, isDay, step, views } from './roster';
import { RosterTable } from './RosterTable';
import './roster.css';

/** Who is on call, by day and shift; whoever keeps the roster changes it here. */
export function Component() {
  const { t } = useTexts();
  const { value, link } = useAddress();
  const view = readChoice(value('view'), views, 'week');
  const day = isDay(value('day')) ? value('day') : dayOf(new Date().toISOString());
  const days = daysOf(view, day);
  const roster = useRoster({ from: days[0], to: days.at(-1) });
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/tasks')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.tasks')}
      </Link>
      <div className="page-head">
        <div>
          <h1>
            {t('nav.roster')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.roster')}</p>
        </div>
      </div>
      <Answer of={roster} rows={8}>
        {(data) => <One key={`${data.from} ${data.to}`} roster={data} days={days} view={view} day={day} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'RosterPage';

/** The area that is edited: that of the page's head, else one's own first. */
function useOwnArea(): string {
  const { area } = useAddress();
  const session = useSession();
  const [first = ''] = session?.areas ?? [];
  return area || (first === '*' ? '' : first);
}

function One({ roster, days, view, day }: { roster: Roster; days: readonly string[]; view: (typeof views)[number]; day: string }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const area = useOwnArea();
  const role = roster.roles.find(({ id }) => id === value('role')) ?? roster.roles[0];
  const edit = useEditing(roster);
  if (!role) return <Card><p className="secondary">{t('roster.noRoles')}</p></Card>;
  return (
    <>
      <OnNow roster={roster} />
      <Card className="table-card">
        <div className="filters">
          <Segmented aria-label={t('task.view')} value={view} options={views.map((one) => ({ value: one, label: t(`roster.${one}`) }))} onChange={(next) => change({ view: next === 'week' ? null : next })} />
          <span className="roster-range">
            <Button type="text" icon={<ChevronLeft size={15} aria-hidden />} aria-label={t('roster.before')} disabled={edit.changed} onClick={() => change({ day: step(view, day, -1) })} />
            <b className="num">{t('roster.range', { from: days[0] as string, to: days.at(-1) as string })}</b>
            <Button type="text" icon={<ChevronRight size={15} aria-hidden />} aria-label={t('roster.after')} disabled={edit.changed} onClick={() => change({ day: step(view, day, 1) })} />
          </span>
          {roster.roles.length > 1 && (
            <Select className="filter-field" aria-label={t('roster.role')} value={role.id} options={roster.roles.map(({ id, name, flow_title }) => ({ value: id, label: `${loc(flow_title)} · ${loc(name)}` }))} onChange={(next: string) => change({ role: next })} />
          )}
        </div>
        <RosterTable
          roster={roster}
          duties={edit.duties}
          days={days}
          role={role.id}
          area={area}
          today={dayOf(roster.as_of)}
          swapping={edit.swapping}
          onChange={edit.set}
          onSwapped={edit.endSwap}
        />
        {roster.may_write && <EditBar edit={edit} />}
      </Card>
    </>
  );
}

function OnNow({ roster }: { roster: Roster }) {
  const { t, loc } = useTexts();
  const areas = useAreaName();
  const known = useAreas().data;
  const shift = (id: string | undefined) => roster.shifts.find((one) => one.id === id)?.name;
  const role = (id: string) => roster.roles.find((one) => one.id === id)?.name;
  const shown = roster.now.filter((duty) => role(duty.role));
  return (
    <Card title={<><PhoneCall size={15} aria-hidden /> {t('roster.now')}</>}>
      {shown.length === 0 ? (
        <p className="secondary">{t('roster.nobodyNow')}</p>
      ) : (
        <ul className="roster-now">
          {shown.map((duty) => (
            <li key={`${duty.role} ${duty.area} ${duty.user} ${duty.shift}`}>
              <b>
                <Data>{duty.user_name || duty.user}</Data>
              </b>{' '}
              <span className="secondary">
                <Loc of={role(duty.role)} />
                {duty.shift ? ` · ${loc(shift(duty.shift))}` : ''}
                {known && duty.area ? <> · <Data>{areas(duty.area)}</Data></> : null}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

export interface Editing {
  duties: readonly Duty[];
  changed: boolean;
  swapping: boolean;
  busy: boolean;
  fault: ApiError | null;
  set: (duties: Duty[]) => void;
  startSwap: () => void;
  endSwap: () => void;
  undo: () => void;
  save: () => Promise<void>;
}

/** What was changed on the page stays on it until it is saved; who saves later than somebody else is told so. */
function useEditing(roster: Roster): Editing {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  // with what stood there when the first change was made
  const [edited, setEdited] = useState<{ duties: Duty[]; seen: string } | null>(null);
  const [swapping, setSwapping] = useState(false);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<ApiError | null>(null);
  const save = async () => {
    setBusy(true);
    setFault(null);
    try {
      const items = (edited?.duties ?? roster.items).map(({ day, role, area, user, shift }) => ({ day, role, area, user, shift: shift ?? '' }));
      await put<Roster>('/api/roster', { from: roster.from, to: roster.to, items, seen: edited?.seen ?? roster.seen });
      setEdited(null);
      void message.success(t('roster.saved'));
      await client.invalidateQueries({ queryKey: ['/api/roster'] });
    } catch (cause) {
      setFault(cause instanceof ApiError ? cause : new ApiError(-1, 'failed', String(cause), '', ''));
    } finally {
      setBusy(false);
    }
  };
  return {
    duties: edited?.duties ?? roster.items, changed: edited !== null, swapping, busy, fault, save,
    set: (duties) => setEdited((now) => ({ duties, seen: now?.seen ?? roster.seen })),
    startSwap: () => setSwapping(true),
    endSwap: () => setSwapping(false),
    undo: () => {
      setEdited(null);
      setSwapping(false);
      setFault(null);
      void client.invalidateQueries({ queryKey: ['/api/roster'] });
    },
  };
}

function EditBar({ edit }: { edit: Editing }) {
  const { t } = useTexts();
  const textOf = useErrorText();
  return (
    <div className="roster-bar">
      <p className="secondary">{t(edit.swapping ? 'roster.swapHelp' : 'roster.help')}</p>
      {edit.fault && <Alert type="error" showIcon role="alert" title={t('roster.notSaved')} description={edit.fault.status === 409 ? t('roster.changedMeanwhile') : textOf(edit.fault)} />}
      <div className="roster-acts">
        <Button icon={<ArrowLeftRight size={14} aria-hidden />} aria-pressed={edit.swapping} onClick={edit.swapping ? edit.endSwap : edit.startSwap}>
          {t(edit.swapping ? 'roster.endSwap' : 'roster.swap')}
        </Button>
        <Button icon={<Undo2 size={14} aria-hidden />} disabled={!edit.changed && !edit.fault} onClick={edit.undo}>
          {t('roster.undo')}
        </Button>
        <Button type="primary" icon={<Save size={14} aria-hidden />} disabled={!edit.changed} loading={edit.busy} onClick={() => void edit.save()}>
          {t('roster.save')}
        </Button>
      </div>
    </div>
  );
}
