import { Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import type { Indicator, IndicatorList } from '../../api/types';
import { BlockLoading } from '../../components/States';
import { StatusMark } from '../../components/StatusMark';
import { formatSigned, noValue } from '../../format/format';
import { Loc, useTexts, type Texts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { pagination, rowOpens } from '../../components/tableParts';
import { TargetText } from './TargetText';
import { ValueText } from './ValueText';
import type { ColumnKey } from './columns';

interface Props {
  list: IndicatorList | undefined;
  loading: boolean;
  columns: readonly ColumnKey[];
  sort: string;
  order: 'asc' | 'desc';
  page: number;
  size: number;
  empty: ReactNode;
}

type Column = NonNullable<TableProps<Indicator>['columns']>[number];

const sortable: readonly ColumnKey[] = ['no', 'name', 'status', 'gap'];

function makeColumns({ t }: Texts, wide: boolean): Record<ColumnKey, Column> {
  const basisOf = (indicator: Indicator) => indicator.basis?.population;
  return {
    no: { width: 66, className: 'num', responsive: ['md'], render: (_, one) => one.no },
    name: {
      width: wide ? 250 : undefined,
      render: (_, one) => (
        <span className="cell-name">
          <Loc of={one.name} />
          {one.scope && (
            <small>
              <Loc of={one.scope} />
            </small>
          )}
        </span>
      ),
    },
    field: { width: 120, ellipsis: true, responsive: ['md'], render: (_, one) => <Loc of={one.field} /> },
    planTitle: { width: 220, ellipsis: true, render: (_, one) => <Loc of={one.planTitle} /> },
    value: { width: wide ? 124 : 90, align: 'right', render: (_, one) => <ValueText indicator={one} /> },
    year: { width: 70, align: 'right', className: 'num', render: (_, one) => one.valueYear ?? noValue },
    target: {
      width: 124,
      responsive: ['md'],
      align: 'right',
      className: 'num',
      render: (_, one) => <TargetText indicator={one} />,
    },
    gap: {
      width: 92,
      responsive: ['md'],
      align: 'right',
      className: 'num',
      render: (_, one) => <span title={t('indicators.gapWhy')}>{formatSigned(one.gap, 4)}</span>,
    },
    status: { width: 116, render: (_, one) => <StatusMark status={one.status} /> },
    basis: { width: 180, ellipsis: true, render: (_, one) => <Loc of={basisOf(one)} /> },
    reason: {
      responsive: ['md'],
      ellipsis: true,
      render: (_, one) => (
        <span className="secondary">
          <Loc of={one.reason} />
        </span>
      ),
    },
  };
}

export function IndicatorTable({ list, loading, columns, sort, order, page, size, empty }: Props) {
  const texts = useTexts();
  const { t } = texts;
  const { change, value } = useAddress();
  const wide = useWide();
  if (!list) return <BlockLoading rows={12} />;
  const made = makeColumns(texts, wide);
  const chosen = value('open');

  return (
    <Table<Indicator>
      className="list-table"
      size="small"
      rowKey="id"
      sticky={{ offsetHeader: 56 }}
      loading={loading}
      dataSource={list.items}
      scroll={wide && list.items.length > 0 ? { x: 1070 } : undefined}
      tableLayout="fixed"
      locale={{ emptyText: empty }}
      rowClassName={(one) => (one.id === chosen ? 'row-open' : '')}
      onRow={(one) => rowOpens(() => change({ open: one.id }, true))}
      columns={columns.map((key) => ({
        ...made[key],
        key,
        title: t(`indicators.col.${key}`),
        sorter: sortable.includes(key),
        sortOrder: sort === key ? (order === 'asc' ? 'ascend' : 'descend') : null,
      }))}
      onChange={(_pages, _filters, sorter) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter;
        if (!one) return;
        const by = one.order ? String(one.columnKey) : null;
        const direction = one.order === 'descend' ? 'desc' : null;
        if (by !== (value('sort') || null) || direction !== (value('order') || null)) {
          change({ sort: by, order: direction, page: null });
        }
      }}
      pagination={pagination(list, page, size, t, change)}
    />
  );
}
