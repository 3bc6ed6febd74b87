import { App, Button, Segmented, Table, type TableProps } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { Download, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { post, withQuery } from '../../api/client';
import { useProblems } from '../../api/hooks';
import type { Delivery, Problem } from '../../api/types';
import { Answer, Nothing, useErrorText } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts, type Texts } from '../../i18n';
import { readChoice, readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypeName } from '../../state/useTypeName';
import { useWide } from '../../state/useWide';
import { Expected } from './Expected';

const states = ['open', 'corrected', 'dismissed', 'all'] as const;

export function ProblemList({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const state = readChoice(value('state'), states, 'open');
  const wide = useWide();
  const typeName = useTypeName();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const problems = useProblems(String(delivery.id), { state, page, size });
  const chosen = value('problem');

  return (
    <>
      <div className="filters">
        <Segmented
          value={state}
          options={states.map((one) => ({ value: one, label: t(`problemState.${one}`) }))}
          onChange={(next) => change({ state: next === 'open' ? null : next, page: null })}
        />
        <span className="filter-acts">
          <ReplayAll delivery={delivery} />
          <Button
            icon={<Download size={14} aria-hidden />}
            href={withQuery(`/api/deliveries/${delivery.id}/problems.csv`, { state })}
            download
          >
            {t('table.csv')}
          </Button>
        </span>
      </div>
      <Answer of={problems}>
        {(data) => (
          <Table<Problem>
            className="list-table"
            size="small"
            rowKey="id"
            dataSource={data.items}
            columns={makeColumns(t, wide, typeName)}
            scroll={wide && data.items.length > 0 ? { x: 1000 } : undefined}
            locale={{
              emptyText: (
                <Nothing title={t(state === 'open' ? 'problems.noneOpen' : 'problems.none')}>
                  {state === 'open' && t('problems.noneOpenText')}
                </Nothing>
              ),
            }}
            rowClassName={(one) => (String(one.id) === chosen ? 'row-open' : '')}
            onRow={(one) => rowOpens(() => change({ problem: one.id }, true))}
            pagination={pagination(data, page, size, t, change)}
          />
        )}
      </Answer>
    </>
  );
}

function makeColumns(t: Texts['t'], wide: boolean, typeName: (type: string) => string): TableProps<Problem>['columns'] {
  return [
    {
      title: t('problem.line'),
      width: 80,
      align: 'right',
      className: 'num',
      render: (_, one) => formatNumber(one.line),
    },
    { title: t('problem.type'), width: 120, responsive: ['md'], render: (_, one) => (one.type ? typeName(one.type) : noValue) },
    { title: t('problem.rule'), width: wide ? 200 : undefined, render: (_, one) => <Loc of={one.ruleText} /> },
    {
      title: t('problem.path'),
      width: 200,
      responsive: ['md'],
      render: (_, one) => (
        <code>
          <Data>{one.path || noValue}</Data>
        </code>
      ),
    },
    { title: t('problem.expected'), className: 'wrap', responsive: ['md'], render: (_, one) => <Expected text={one.expected} /> },
    {
      title: t('problem.found'),
      className: 'wrap',
      render: (_, one) => (
        <code className="found">
          <Data>{one.found || noValue}</Data>
        </code>
      ),
    },
    { title: t('problem.state'), width: 90, responsive: ['md'], render: (_, one) => t(`problemState.${one.state}`) },
  ];
}

/** Checks all open problem data of a delivery again as they stand, for example after new people came. */
function ReplayAll({ delivery }: { delivery: Delivery }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const textOf = useErrorText();
  const [busy, setBusy] = useState(false);
  const replay = async () => {
    setBusy(true);
    try {
      const { tried, accepted } = await post<{ tried: number; accepted: number }>(`/api/deliveries/${delivery.id}/replay`);
      void message.info(t('problems.replayed', { tried: formatNumber(tried), accepted: formatNumber(accepted) }));
    } catch (error) {
      void message.error(textOf(error));
    } finally {
      setBusy(false);
      void client.invalidateQueries();
    }
  };
  return (
    <Button
      icon={<RotateCw size={14} aria-hidden />}
      loading={busy}
      disabled={delivery.openProblems === 0}
      onClick={() => void replay()}
    >
      {t('problems.replayAll')}
    </Button>
  );
}
