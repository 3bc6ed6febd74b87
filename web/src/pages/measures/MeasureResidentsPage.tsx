import { Segmented, Table, type TableProps } from 'antd';
import { ArrowLeft } from 'lucide-react';
import { Link, useParams } from 'react-router-dom';
import { useMeasure, useMeasureResidents } from '../../api/measureHooks';
import type { MeasureResident } from '../../api/measures';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { InternalMark, Watermark } from '../../components/Watermark';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts, type Texts } from '../../i18n';
import { readChoice, readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { genderKey } from '../residents/gender';
import '../residents/residents.css';

const parts = ['gap', 'numerator'] as const;
type Part = (typeof parts)[number];

/** The people behind a number: who is counted, or who is missing from it. */
export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { value, area, period, link, change, go } = useAddress();
  const part = readChoice<Part>(value('part'), parts, 'gap');
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const measure = useMeasure(id, { area, period });
  const list = useMeasureResidents(id, { area, period, part, offset: (page - 1) * size, limit: size });
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link(`/indicators/computed/${id}`)}>
        <ArrowLeft size={13} aria-hidden /> <Loc of={measure.data?.title ?? t('nav.indicators')} />
      </Link>
      <div className="page-head">
        <div>
          <h1>
            {t(`measures.part.${part}`)} <InternalMark />
          </h1>
          <p className="page-sub">
            <Loc of={measure.data?.title} />
          </p>
        </div>
      </div>
      <Card className="table-card">
        <div className="filters">
          <Segmented<Part>
            value={part}
            options={parts.map((one) => ({ value: one, label: t(`measures.part.${one}`) }))}
            onChange={(next) => change({ part: next, page: null })}
          />
        </div>
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={12} />
        ) : (
          <Table<MeasureResident>
            className="list-table"
            size="small"
            rowKey="id"
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={list.data.items}
            columns={makeColumns(t)}
            locale={{ emptyText: <Nothing title={t('measures.noPeople')}>{t('measures.noPeopleText')}</Nothing> }}
            onRow={(one) => rowOpens(() => void go(`/residents/${one.id}`))}
            pagination={pagination({ ...list.data, page, size }, page, size, t, change)}
          />
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'MeasureResidentsPage';

function makeColumns(t: Texts['t']): TableProps<MeasureResident>['columns'] {
  return [
    { title: t('resident.name'), render: (_, one) => <Data>{one.name || noValue}</Data> },
    { title: t('resident.gender'), width: 80, responsive: ['md'], render: (_, one) => t(genderKey(one.gender)) },
    {
      title: t('resident.age'),
      width: 90,
      align: 'right',
      className: 'num',
      render: (_, one) => (one.age === null ? noValue : t('resident.years', { n: one.age })),
    },
    { title: t('shell.area'), render: (_, one) => <Loc of={one.areaName ?? noValue} /> },
    { title: t('measures.note'), render: (_, one) => <Data>{one.note ?? noValue}</Data> },
  ];
}
