import { Button, Select, Table, type TableProps } from 'antd';
import { Siren } from 'lucide-react';
import { Link } from 'react-router-dom';
import { useFlow, useInstances, type InstanceLine } from '../../api/flows';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { rowOpens } from '../../components/tableParts';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { useAreaName } from '../tasks/TaskTable';
import { GradeMark } from './GradeMark';
import { Timeliness } from './Timeliness';
import './outbreaks.css';
import '../tasks/tasks.css';

export const outbreakFlow = 'outbreak';

/** Signals and events, the newest first: how grave, where, how far. */
export function Component() {
  const { t, loc } = useTexts();
  const { value, change, area, go } = useAddress();
  const session = useSession();
  const flow = useFlow(outbreakFlow);
  const open = value('open') !== 'all';
  const list = useInstances({ flow: outbreakFlow, area, state: value('state'), open: open ? true : undefined, limit: 50 });
  const columns = useColumns();
  const narrow = useNarrowColumn();
  const wide = useWide();
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.outbreaks')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.outbreaks')}</p>
        </div>
        {flow?.may_start && may(session, 'tasks:write') && (
          <div className="page-acts">
            <Button type="primary" icon={<Siren size={14} aria-hidden />} onClick={() => void go(`/tasks/new/${outbreakFlow}`)}>
              {t('outbreak.new')}
            </Button>
          </div>
        )}
      </div>
      <Timeliness area={area} />
      <Card className="table-card">
        <div className="filters">
          <button type="button" className={open ? 'chip chip-on' : 'chip'} aria-pressed={open} onClick={() => change({ open: open ? 'all' : null })}>
            {t('outbreak.onlyOpen')}
          </button>
          <Select
            className="filter-field"
            allowClear
            value={value('state') || undefined}
            placeholder={t('task.allStates')}
            aria-label={t('task.state')}
            options={flow?.states.filter(({ final }) => !final).map(({ id, name }) => ({ value: id, label: loc(name) }))}
            onChange={(id?: string) => change({ state: id })}
          />
        </div>
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={10} />
        ) : (
          <>
            <Table<InstanceLine>
              className="list-table"
              size="small"
              rowKey="id"
              sticky={{ offsetHeader: wide ? 56 : 0 }}
              showHeader={wide}
              loading={list.isPlaceholderData}
              dataSource={list.data}
              columns={wide ? columns : narrow}
              locale={{ emptyText: <Nothing title={t('outbreak.none')}>{t(open ? 'outbreak.noneOpen' : 'outbreak.noneText')}</Nothing> }}
              onRow={({ id }) => rowOpens(() => void go(`/outbreaks/${encodeURIComponent(id)}`))}
              pagination={false}
            />
            {list.hasNextPage && (
              <div className="pager">
                <Button onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
                  {t('task.more')}
                </Button>
              </div>
            )}
          </>
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'OutbreaksPage';

const count = (value: unknown): string => (typeof value === 'number' ? formatNumber(value) : noValue);

function Name({ line }: { line: InstanceLine }) {
  const { link } = useAddress();
  return (
    <Link to={link(`/outbreaks/${encodeURIComponent(line.id)}`)} onClick={(event) => event.stopPropagation()}>
      <Loc of={line.subject ?? line.flow_title} />
    </Link>
  );
}

function Where({ line }: { line: InstanceLine }) {
  if (line.status !== 'active') return <span className="secondary"><Loc of={line.end_name} /></span>;
  return (
    <>
      {line.states.map(({ id, name }, index) => (
        <span key={id}>
          {index > 0 && ' + '}
          <Loc of={name} />
        </span>
      ))}
    </>
  );
}

function useColumns(): TableProps<InstanceLine>['columns'] {
  const { t } = useTexts();
  const areaName = useAreaName();
  return [
    { title: t('outbreak.grade'), width: 104, render: (_, { data }) => <GradeMark grade={data.grade} /> },
    { title: t('outbreak.event'), render: (_, line) => <Name line={line} /> },
    { title: t('shell.area'), width: 100, render: (_, { area }) => <Data>{areaName(area) || noValue}</Data> },
    { title: t('outbreak.cases'), width: 80, align: 'right', className: 'num', render: (_, { data }) => count(data.cases) },
    { title: t('outbreak.deaths'), width: 80, align: 'right', className: 'num', responsive: ['lg'], render: (_, { data }) => count(data.deaths) },
    { title: t('task.state'), width: 170, render: (_, line) => <Where line={line} /> },
    { title: t('outbreak.started'), width: 140, className: 'num', responsive: ['lg'], render: (_, { started }) => formatInstant(started) },
    { title: t('outbreak.ended'), width: 140, className: 'num', responsive: ['xl'], render: (_, { ended }) => formatInstant(ended) },
  ];
}

function useNarrowColumn(): TableProps<InstanceLine>['columns'] {
  const { t } = useTexts();
  const areaName = useAreaName();
  return [
    {
      title: t('nav.outbreaks'),
      render: (_, line) => (
        <div className="task-entry">
          <div className="task-what">
            <Name line={line} />
          </div>
          <div>
            <GradeMark grade={line.data.grade} /> <Where line={line} />
          </div>
          <div className="task-line secondary">
            <span>
              <Data>{areaName(line.area)}</Data> · {t('outbreak.casesN', { n: count(line.data.cases) })}
            </span>
            <span className="num">{formatInstant(line.started)}</span>
          </div>
        </div>
      ),
    },
  ];
}
