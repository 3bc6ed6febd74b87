import { Button, Input, Select } from 'antd';
import { Download, Search } from 'lucide-react';
import { withQuery } from '../../api/client';
import { useIndicators, usePlans } from '../../api/hooks';
import type { IndicatorList, IndicatorStatus, StatusCounts } from '../../api/types';
import { Card } from '../../components/Card';
import { ColumnChooser, useColumns } from '../../components/ColumnChooser';
import { Failed, Nothing } from '../../components/States';
import { StatusIcon } from '../../components/StatusMark';
import { formatNumber } from '../../format/format';
import { statuses } from '../../format/status';
import { Loc, useTexts } from '../../i18n';
import { readChoice, readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { IndicatorTabs } from '../measures/IndicatorTabs';
import { IndicatorPanel } from './IndicatorPanel';
import { IndicatorTable } from './IndicatorTable';
import { columnKeys } from './columns';
import './indicators.css';

export const sorts = ['no', 'name', 'status', 'gap'] as const;
const hiddenAtFirst = ['planTitle', 'year', 'basis'] as const;

export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const filters = { plan: value('plan'), field: value('field'), status: value('status'), q: value('q') };
  const sort = readChoice(value('sort'), sorts, 'no');
  const order = readChoice(value('order'), ['asc', 'desc'] as const, 'asc');
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const query = { ...filters, sort, order };
  const list = useIndicators({ ...query, page, size });
  const [columns, setColumns] = useColumns('indicators', columnKeys, hiddenAtFirst);

  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.indicators')}</h1>
          <p className="page-sub">{t('indicators.question')}</p>
        </div>
        <div className="page-acts">
          <ColumnChooser all={columnKeys} shown={columns} onChange={setColumns} label={(key) => t(`indicators.col.${key}`)} />
          <Button
            icon={<Download size={14} aria-hidden />}
            href={withQuery('/api/indicators.csv', query)}
            download
          >
            {t('table.csv')}
          </Button>
        </div>
      </div>
      <IndicatorTabs />
      <Card className="table-card">
        <Filters list={list.data} />
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : (
          <IndicatorTable
            list={list.data}
            loading={list.isFetching && (list.isPlaceholderData || !list.data)}
            columns={columns}
            sort={sort}
            order={order}
            page={page}
            size={size}
            empty={
              <Nothing title={t('indicators.none')}>
                {t('indicators.noneText')}{' '}
                <Button type="link" onClick={() => change({ plan: '', field: '', status: '', q: '', page: '' })}>
                  {t('table.clearFilters')}
                </Button>
              </Nothing>
            }
          />
        )}
      </Card>
      <IndicatorPanel id={value('open')} onClose={() => change({ open: null })} />
    </div>
  );
}
Component.displayName = 'IndicatorsPage';

function Filters({ list }: { list: IndicatorList | undefined }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const plans = usePlans();
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q, page: null }));
  const status = value('status');
  const counts: StatusCounts = list?.facets.statuses ?? {};
  return (
    <div className="filters">
      <Select
        className="filter-plan"
        allowClear
        value={value('plan') || undefined}
        placeholder={t('indicators.allPlans')}
        aria-label={t('indicators.col.planTitle')}
        loading={plans.isLoading}
        options={plans.data?.items.map((plan) => ({ value: plan.id, label: loc(plan.title) }))}
        onChange={(plan?: string) => change({ plan, field: null, page: null })}
      />
      <Select
        className="filter-field"
        allowClear
        value={value('field') || undefined}
        placeholder={t('indicators.allFields')}
        aria-label={t('indicators.col.field')}
        options={list?.facets.fields.map(({ field, count }) => ({ value: field.zh, label: `${loc(field)} (${count})` }))}
        onChange={(field?: string) => change({ field, page: null })}
      />
      <Input
        className="filter-text"
        allowClear
        value={text}
        prefix={<Search size={14} aria-hidden />}
        placeholder={t('indicators.textHint')}
        aria-label={t('indicators.textHint')}
        onChange={(event) => setText(event.target.value)}
      />
      <div className="chips" role="group" aria-label={t('indicators.col.status')}>
        {statuses.map((one: IndicatorStatus) => (
          <button
            type="button"
            key={one}
            className={status === one ? 'chip chip-on' : 'chip'}
            aria-pressed={status === one}
            onClick={() => change({ status: status === one ? null : one, page: null })}
          >
            <StatusIcon status={one} />
            {t(`status.${one}`)} <span className="num">{counts[one] ?? 0}</span>
          </button>
        ))}
      </div>
      {list && (
        <span className="filter-total">
          <Loc of={t('table.total', { n: formatNumber(list.total) })} />
        </span>
      )}
    </div>
  );
}
