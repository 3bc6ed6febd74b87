import { Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useAreas } from '../../api/hooks';
import type { Task } from '../../api/flows';
import { rowOpens } from '../../components/tableParts';
import { formatInstant, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { taskKey } from './acts';
import { DueMark } from './DueMark';

interface Props {
  tasks: readonly Task[];
  now: number;
  loading: boolean;
  empty: ReactNode;
  chosen: readonly string[];
  onChoose?: (keys: string[]) => void;
}

export const taskAddress = (task: Pick<Task, 'instance' | 'token'>): string => `/tasks/${encodeURIComponent(task.instance)}?token=${task.token}`;

export function TaskTable({ tasks, now, loading, empty, chosen, onChoose }: Props) {
  const { t, loc } = useTexts();
  const { go } = useAddress();
  const wide = useWide();
  const columns = useColumns(now);
  const narrow = useNarrowColumn(now);
  return (
    <Table<Task>
      className="list-table task-table"
      size="small"
      rowKey={taskKey}
      sticky={{ offsetHeader: wide ? 56 : 0 }}
      showHeader={wide}
      loading={loading}
      dataSource={tasks as Task[]}
      columns={wide ? columns : narrow}
      tableLayout="auto"
      locale={{ emptyText: empty }}
      rowSelection={
        onChoose && {
          columnWidth: 44,
          selectedRowKeys: chosen as string[],
          onChange: (keys) => onChoose(keys as string[]),
          hideSelectAll: !wide,
          getCheckboxProps: (task) => ({ 'aria-label': t('task.choose', { name: `${loc(task.flow_title)} ${task.instance}` }) }) as object,
        }
      }
      onRow={(task) => rowOpens(() => void go(taskAddress(task)))}
      pagination={false}
    />
  );
}

function What({ task }: { task: Task }) {
  const { t } = useTexts();
  const { link } = useAddress();
  return (
    <div className="task-what">
      <Link to={link(taskAddress(task))} onClick={(event) => event.stopPropagation()}>
        <Loc of={task.subject ?? task.flow_title} />
      </Link>
      {task.escalated && <span className="tag task-escalated">{t('task.escalated')}</span>}
      {task.subject && (
        <small>
          <Loc of={task.flow_title} />
        </small>
      )}
    </div>
  );
}

function Owner({ task }: { task: Task }) {
  const { t } = useTexts();
  const session = useSession();
  if (task.user && task.user === session?.user) return <>{t('task.me')}</>;
  if (task.user) return <Data>{task.user_name || task.user}</Data>;
  return (
    <span className="secondary">
      <Loc of={task.actor_name} /> · {t('task.nobody')}
    </span>
  );
}

export function useAreaName(): (code: string | undefined) => string {
  const { loc } = useTexts();
  const areas = useAreas();
  return (code) => loc(areas.data?.items.find((one) => one.code === code)?.name) || (code ?? '');
}

function useColumns(now: number): TableProps<Task>['columns'] {
  const { t } = useTexts();
  const areaName = useAreaName();
  return [
    { title: t('task.due'), width: 150, render: (_, task) => <DueMark task={task} now={now} /> },
    { title: t('task.what'), render: (_, task) => <What task={task} /> },
    { title: t('task.state'), width: 200, render: (_, task) => <Loc of={task.state_name} /> },
    { title: t('shell.area'), width: 130, responsive: ['lg'], render: (_, task) => <Data>{areaName(task.area) || noValue}</Data> },
    { title: t('task.owner'), width: 190, responsive: ['lg'], render: (_, task) => <Owner task={task} /> },
    { title: t('task.since'), width: 140, className: 'num', responsive: ['xl'], render: (_, task) => formatInstant(task.since) },
  ];
}

function useNarrowColumn(now: number): TableProps<Task>['columns'] {
  const { t } = useTexts();
  const areaName = useAreaName();
  return [
    {
      title: t('nav.tasks'),
      render: (_, task) => (
        <div className="task-entry">
          <What task={task} />
          <div>
            <Loc of={task.state_name} /> <Data>{areaName(task.area)}</Data>
          </div>
          <div className="task-line">
            <DueMark task={task} now={now} />
            <span className="secondary">
              <Owner task={task} />
            </span>
          </div>
        </div>
      ),
    },
  ];
}
