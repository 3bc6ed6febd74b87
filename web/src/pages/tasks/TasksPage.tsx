import { Button, Input, Segmented, Select } from 'antd';
import { CalendarClock, CalendarDays, List, Search } from 'lucide-react';
import { useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { useFlows, useTaskCounts, useTasks, type Flow, type Task } from '../../api/flows';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatNumber } from '../../format/format';
import { useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { taskKey } from './acts';
import { BulkBar } from './BulkBar';
import { countText, scopes, useFilters, type Scope } from './filters';
import { TaskCalendar } from './TaskCalendar';
import { TaskTable } from './TaskTable';
import './tasks.css';

const views = ['list', 'calendar'] as const;

/** What has to be done, the overdue first: mine, my team's, everybody's that I see. */
export function Component() {
  const { t } = useTexts();
  const { value, change, link } = useAddress();
  const view = readChoice(value('view'), views, 'list');
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.tasks')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.tasks')}</p>
        </div>
        <div className="page-acts">
          <Segmented
            aria-label={t('task.view')}
            value={view}
            options={[
              { value: 'list', label: t('task.list'), icon: <List size={14} aria-hidden /> },
              { value: 'calendar', label: t('task.calendar'), icon: <CalendarDays size={14} aria-hidden /> },
            ]}
            onChange={(next) => change({ view: next === 'list' ? null : next, day: null })}
          />
          <Link to={link('/roster')}>
            <Button icon={<CalendarClock size={14} aria-hidden />} tabIndex={-1}>
              {t('nav.roster')}
            </Button>
          </Link>
          <StartMenu />
        </div>
      </div>
      <ScopeTabs />
      <Card className="table-card">
        <Filters />
        {view === 'calendar' ? <TaskCalendar /> : <Inbox />}
      </Card>
    </div>
  );
}
Component.displayName = 'TasksPage';

function ScopeTabs() {
  const { t } = useTexts();
  const { value, link } = useAddress();
  const scope = readChoice(value('scope'), scopes, 'mine');
  const counts = useTaskCounts(true);
  const count = (name: Scope) => (name === 'all' ? undefined : counts.data?.[name]);
  const kept = { flow: value('flow'), q: value('q'), view: value('view'), overdue: value('overdue') };
  return (
    <nav className="page-tabs" aria-label={t('task.whose')}>
      {scopes.map((name) => (
        <Link key={name} to={link('/tasks', { ...kept, scope: name === 'mine' ? null : name })} className={name === scope ? 'active' : ''} aria-current={name === scope ? 'page' : undefined}>
          {t(`task.scope.${name}`)}
          {count(name) !== undefined && <span className="tab-count num">{countText(count(name) ?? 0)}</span>}
        </Link>
      ))}
      {counts.data && counts.data.overdue > 0 && (
        <Link className="tab-overdue" to={link('/tasks', { ...kept, scope: value('scope'), overdue: '1' })}>
          {t('task.overdueCount', { n: countText(counts.data.overdue) })}
        </Link>
      )}
    </nav>
  );
}

/** Flows that the reader may begin by hand. */
function StartMenu() {
  const { t, loc } = useTexts();
  const { go } = useAddress();
  const session = useSession();
  const flows = (useFlows().data ?? []).filter(({ may_start, start_form }) => may_start && start_form);
  if (flows.length === 0 || !may(session, 'tasks:write')) return null;
  if (flows.length === 1) {
    return (
      <Button type="primary" onClick={() => void go(`/tasks/new/${(flows[0] as Flow).id}`)}>
        {t('task.startOne', { name: loc((flows[0] as Flow).title) })}
      </Button>
    );
  }
  return (
    <Select
      className="filter-field"
      value={null}
      placeholder={t('task.start')}
      aria-label={t('task.start')}
      options={flows.map(({ id, title }) => ({ value: id, label: loc(title) }))}
      onChange={(id: string) => void go(`/tasks/new/${id}`)}
    />
  );
}

function Filters() {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const flows = useFlows().data ?? [];
  const flow = flows.find(({ id }) => id === value('flow'));
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q }));
  const narrowed = ['flow', 'state', 'overdue', 'q', 'day'].some((name) => value(name) !== '');
  return (
    <div className="filters">
      <Input
        className="filter-text"
        allowClear
        value={text}
        prefix={<Search size={14} aria-hidden />}
        placeholder={t('task.textHint')}
        aria-label={t('task.textHint')}
        onChange={(event) => setText(event.target.value)}
      />
      <Select
        className="filter-field"
        allowClear
        value={value('flow') || undefined}
        placeholder={t('task.allFlows')}
        aria-label={t('task.flow')}
        options={flows.map(({ id, title }) => ({ value: id, label: loc(title) }))}
        onChange={(id?: string) => change({ flow: id, state: null })}
      />
      {flow && (
        <Select
          className="filter-field"
          allowClear
          value={value('state') || undefined}
          placeholder={t('task.allStates')}
          aria-label={t('task.state')}
          options={flow.states.filter(({ final }) => !final).map(({ id, name }) => ({ value: id, label: loc(name) }))}
          onChange={(id?: string) => change({ state: id })}
        />
      )}
      <button type="button" className={value('overdue') === '1' ? 'chip chip-on' : 'chip'} aria-pressed={value('overdue') === '1'} onClick={() => change({ overdue: value('overdue') === '1' ? null : '1' })}>
        {t('task.onlyOverdue')}
      </button>
      {narrowed && (
        <Button type="link" onClick={() => change({ flow: null, state: null, overdue: null, q: null, day: null })}>
          {t('table.clearFilters')}
        </Button>
      )}
    </div>
  );
}

function Inbox() {
  const { t } = useTexts();
  const { value } = useAddress();
  const session = useSession();
  const query = useFilters();
  const list = useTasks({ ...query, limit: 100 });
  const [chosen, setChosen] = useState<string[]>([]);
  const tasks = useMemo(() => (list.data ?? []).flatMap(({ items }) => items), [list.data]);
  const picked = useMemo(() => tasks.filter((task) => chosen.includes(taskKey(task))), [tasks, chosen]);
  if (list.isError) return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <BlockLoading rows={12} />;
  const now = Date.parse(list.data[0]?.as_of ?? '') || Date.now();
  const narrowed = query.flow !== '' || query.text !== '' || query.overdue === true || query.area !== '' || value('state') !== '';
  return (
    <>
      <TaskTable
        tasks={tasks}
        now={now}
        loading={list.isPlaceholderData}
        chosen={picked.map(taskKey)}
        onChoose={may(session, 'tasks:write') ? setChosen : undefined}
        empty={
          <Nothing title={t(narrowed ? 'task.noneFound' : 'task.none')}>{t(narrowed ? 'task.noneFoundText' : query.scope === 'mine' ? 'task.noneMine' : 'task.noneText')}</Nothing>
        }
      />
      {tasks.length > 0 && (
        <div className="pager">
          <span className="secondary num">{t('task.shown', { n: formatNumber(tasks.length) })}</span>
          {list.hasNextPage && (
            <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
              {t('task.more')}
            </Button>
          )}
        </div>
      )}
      <BulkBar tasks={picked as Task[]} onDone={setChosen} />
    </>
  );
}
