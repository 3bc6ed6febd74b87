import { Progress, Segmented, Table, type TableProps } from 'antd';
import { useDeliveries } from '../../api/hooks';
import type { Delivery } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { formatBytes, formatInstant, formatNumber, formatSeconds } from '../../format/format';
import { Data, useTexts, type Texts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { CancelDelivery } from './CancelDelivery';
import { DeliveryStateMark } from './DeliveryStateMark';
import { UploadArea } from './UploadArea';
import './deliveries.css';

const states = ['', 'receiving', 'done', 'failed', 'cancelled'] as const;

export function Component() {
  const { t } = useTexts();
  const { value, change, go } = useAddress();
  const wide = useWide();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const list = useDeliveries({ state: value('state'), page, size });

  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.deliveries')}</h1>
          <p className="page-sub">{t('deliveries.question')}</p>
        </div>
      </div>
      <Card>
        <UploadArea />
      </Card>
      <Card
        className="table-card"
        title={t('deliveries.history')}
        extra={
          <Segmented
            value={value('state')}
            options={states.map((state) => ({ value: state, label: t(state ? `deliveryState.${state}` : 'deliveries.all') }))}
            onChange={(state) => change({ state, page: null })}
          />
        }
      >
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={8} />
        ) : (
          <Table<Delivery>
            className="list-table"
            size="small"
            rowKey="id"
            sticky={{ offsetHeader: 56 }}
            dataSource={list.data.items}
            columns={makeColumns(t, wide)}
            scroll={wide && list.data.items.length > 0 ? { x: 'max-content' } : undefined}
            locale={{ emptyText: <Nothing title={t('deliveries.none')}>{t('deliveries.noneText')}</Nothing> }}
            onRow={(one) => rowOpens(() => void go(`/deliveries/${one.id}`))}
            pagination={pagination(list.data, page, size, t, change)}
          />
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'DeliveriesPage';

function makeColumns(t: Texts['t'], wide: boolean): TableProps<Delivery>['columns'] {
  const number = (title: string, read: (one: Delivery) => number, mark = ''): NonNullable<TableProps<Delivery>['columns']>[number] => ({
    title,
    align: 'right',
    className: 'num',
    width: 84,
    responsive: ['md'],
    render: (_, one) => <span className={mark && read(one) > 0 ? mark : ''}>{formatNumber(read(one))}</span>,
  });
  return [
    {
      title: t('delivery.name'),
      width: wide ? 230 : undefined,
      render: (_, one) => (
        <span className="cell-name">
          <Data>{one.name}</Data>
        </span>
      ),
    },
    { title: t('delivery.state'), width: wide ? 140 : 110, render: (_, one) => <State delivery={one} /> },
    number(t('delivery.accepted'), (one) => one.accepted),
    number(t('delivery.duplicates'), (one) => one.duplicates),
    number(t('delivery.quarantined'), (one) => one.quarantined),
    number(t('delivery.openProblems'), (one) => one.openProblems, 'text-missed'),
    number(t('delivery.orphans'), (one) => one.orphans),
    { title: t('delivery.size'), align: 'right', className: 'num', width: 88, responsive: ['md'], render: (_, one) => formatBytes(one.bytes) },
    { title: t('delivery.seconds'), align: 'right', className: 'num', width: 76, responsive: ['md'], render: (_, one) => formatSeconds(one.seconds) },
    { title: t('delivery.started'), className: 'num', width: 146, responsive: ['md'], render: (_, one) => formatInstant(one.started) },
  ];
}

function State({ delivery }: { delivery: Delivery }) {
  if (delivery.state !== 'receiving') return <DeliveryStateMark state={delivery.state} />;
  return (
    <span className="receiving">
      <DeliveryStateMark state="receiving" />
      {delivery.progress !== null && (
        <Progress percent={Math.round(delivery.progress * 100)} size="small" aria-label={delivery.name} />
      )}
      <CancelDelivery id={delivery.id} />
    </span>
  );
}
