import { Input, Segmented, Select, Table, type TableProps } from 'antd';
import { Search } from 'lucide-react';
import { useCardForm, useCards, type CardList, type DiseaseCard } from '../../api/cards';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts, type Key } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { CardState, LimitMark } from './CardState';

interface Props {
  open: string;
  onOpen: (id: string) => void;
}

const faults = ['late', 'unreviewed', 'twice', 'unidentified', 'unreturned'] as const;

/** Cards by state, disease, institution, limit and what speaks against them. */
export function List({ open, onOpen }: Props) {
  const { t } = useTexts();
  const { value, area, change } = useAddress();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const state = value('state') || 'open';
  const list = useCards({
    state: state === 'all' ? '' : state,
    disease: value('disease'),
    organization: value('organization'),
    limit: value('limit'),
    mark: value('mark'),
    fault: value('fault'),
    number: value('number'),
    from: value('from'),
    to: value('to'),
    area,
    page,
    size,
  });
  const columns = useColumns();
  return (
    <Card className="table-card">
      <Counts data={list.data} />
      <Filters total={list.data?.total} />
      <Answer of={list} rows={12}>
        {(data) => (
          <Table<DiseaseCard>
            className="list-table"
            size="small"
            rowKey="id"
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={data.items}
            columns={columns}
            rowClassName={({ id }) => (id === open ? 'row-open' : '')}
            locale={{ emptyText: <Nothing title={t('cardsPage.none')}>{t('cardsPage.noneText')}</Nothing> }}
            onRow={({ id }) => rowOpens(() => onOpen(id))}
            pagination={pagination(data, page, size, t, change)}
          />
        )}
      </Answer>
    </Card>
  );
}

/** What waits for somebody, and what is late. */
function Counts({ data }: { data: CardList | undefined }) {
  const { t } = useTexts();
  const { change } = useAddress();
  if (!data) return null;
  const chips: [label: Key, n: number, set: Record<string, string | null>][] = [
    ['cardsPage.lateNow', data.late, { limit: 'late', state: 'open', mark: null }],
    ['cardsPage.returnedNow', data.states.returned, { state: 'returned', limit: null, mark: null }],
    ['cardsPage.noNumber', data.states.sent, { state: 'sent', limit: null, mark: null }],
    ['cardsPage.twiceNow', data.duplicates, { mark: 'duplicates', state: 'all', limit: null }],
  ];
  return (
    <div className="card-counts" role="group" aria-label={t('cardsPage.waiting')}>
      {chips.map(([label, n, set]) => (
        <button key={label} type="button" className="card-count" disabled={n === 0} onClick={() => change({ ...set, page: null })}>
          <b className="num">{formatNumber(n)}</b> {t(label)}
        </button>
      ))}
      <span className="secondary">{t('cardsPage.judgedAt', { time: formatInstant(data.now) })}</span>
    </div>
  );
}

function Filters({ total }: { total: number | undefined }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const form = useCardForm();
  const diseases = form.data?.fields.find(({ name }) => name === 'disease')?.options ?? [];
  const [number, setNumber] = useTypedValue(value('number'), (next) => change({ number: next, page: null }));
  const set = (name: string) => (next?: string) => change({ [name]: next ?? null, page: null });
  return (
    <div className="filters">
      <Segmented
        value={['open', 'all'].includes(value('state') || 'open') ? value('state') || 'open' : ''}
        aria-label={t('cardsPage.state')}
        options={[
          { value: 'open', label: t('cardsPage.open') },
          { value: 'all', label: t('cardsPage.all') },
        ]}
        onChange={(next) => change({ state: next === 'open' ? null : next, limit: null, mark: null, fault: null, from: null, to: null, page: null })}
      />
      <Select
        className="filter-field"
        allowClear
        value={form.data?.states.some(({ code }) => code === value('state')) ? value('state') : undefined}
        placeholder={t('cardsPage.state')}
        aria-label={t('cardsPage.state')}
        options={form.data?.states.map(({ code, name }) => ({ value: code, label: loc(name) }))}
        onChange={set('state')}
      />
      <Select
        className="filter-field"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={value('disease') || undefined}
        placeholder={t('cardsPage.disease')}
        aria-label={t('cardsPage.disease')}
        options={diseases.map(({ code, name }) => ({ value: code, label: loc(name) }))}
        onChange={set('disease')}
      />
      <Select
        className="filter-field"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={value('organization') || undefined}
        placeholder={t('cardsPage.institution')}
        aria-label={t('cardsPage.institution')}
        options={form.data?.organizations.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={set('organization')}
      />
      <Select
        className="filter-field"
        allowClear
        value={value('limit') || undefined}
        placeholder={t('cardsPage.limit')}
        aria-label={t('cardsPage.limit')}
        options={(['late', 'due'] as const).map((one) => ({ value: one, label: t(`cardsPage.limit.${one}`) }))}
        onChange={set('limit')}
      />
      <Select
        className="filter-field"
        allowClear
        value={value('mark') || value('fault') || undefined}
        placeholder={t('cardsPage.mark')}
        aria-label={t('cardsPage.mark')}
        options={[
          ...(['duplicates', 'deaths'] as const).map((one) => ({ value: one as string, label: t(`cardsPage.mark.${one}`) })),
          ...faults.map((one) => ({ value: one as string, label: t(`cardsPage.fault.${one}`) })),
        ]}
        onChange={(next?: string) => {
          const isFault = faults.some((one) => one === next);
          change({ mark: isFault ? null : (next ?? null), fault: isFault ? (next as string) : null, state: next ? 'all' : null, page: null });
        }}
      />
      <Input className="filter-field" allowClear value={number} prefix={<Search size={14} aria-hidden />} placeholder={t('cardsPage.number')} aria-label={t('cardsPage.number')} onChange={({ target }) => setNumber(target.value)} />
      {total !== undefined && <span className="filter-total">{t('table.total', { n: formatNumber(total) })}</span>}
    </div>
  );
}

function useColumns(): TableProps<DiseaseCard>['columns'] {
  const { t } = useTexts();
  return [
    { title: t('cardsPage.state'), render: (_, one) => <CardState card={one} /> },
    { title: t('cardsPage.disease'), render: (_, one) => <><b><Loc of={one.disease_name ?? noValue} /></b> <small className="secondary"><Loc of={one.case_class_name ?? ''} /></small></> },
    { title: t('cardsPage.person'), render: (_, one) => (one.resident ? <><Data>{one.resident.name || noValue}</Data> <span className="secondary num">{one.resident.age ?? ''}</span></> : noValue) },
    { title: t('cardsPage.onset'), width: 104, className: 'num', responsive: ['md'], render: (_, one) => one.onset ?? noValue },
    { title: t('cardsPage.filled'), width: 140, className: 'num', responsive: ['lg'], render: (_, one) => (one.filled ? formatInstant(one.filled) : noValue) },
    { title: t('cardsPage.limit'), width: 150, render: (_, one) => <LimitMark card={one} /> },
    { title: t('cardsPage.institution'), responsive: ['lg'], render: (_, one) => <Data>{one.organization_name ?? noValue}</Data> },
    { title: t('shell.area'), responsive: ['xl'], render: (_, one) => <Loc of={one.area_name ?? noValue} /> },
    { title: t('cardsPage.number'), className: 'num', responsive: ['xl'], render: (_, one) => one.number ?? <span className="secondary">{t('cardsPage.notBack')}</span> },
  ];
}
