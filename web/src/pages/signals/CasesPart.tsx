import { Segmented, Table, type TableProps } from 'antd';
import { useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { useSignalCases, type Signal, type SignalCase } from '../../api/signals';
import { onsetDays, onsetOption } from '../../charts/signals';
import { Chart } from '../../components/Chart';
import { Answer, Nothing } from '../../components/States';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts, type Key } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';

const classes: Record<string, Key> = {
  suspected: 'caseClass.suspected',
  clinical: 'caseClass.clinical',
  confirmed: 'caseClass.confirmed',
  carrier: 'caseClass.carrier',
};

/** The cards behind a signal, person by person; every look is audited by the hub. */
export function CasesPart({ signal }: { signal: Signal }) {
  const { t } = useTexts();
  const session = useSession();
  const allowed = may(session, 'signal-cases:read');
  const [scope, setScope] = useState<'' | 'place' | 'area'>('');
  const [page, setPage] = useState(1);
  const cases = useSignalCases(signal.id, { scope, page, size: 20 }, allowed);
  if (!allowed) return <Nothing title={t('cases.forbidden')}>{t('cases.forbiddenText')}</Nothing>;
  return (
    <Answer of={cases} rows={8}>
      {(data) => (
        <>
          <div className="filters">
            <Segmented
              value={data.scope}
              aria-label={t('cases.scope')}
              options={[
                { value: 'place', label: t('cases.place'), disabled: signal.place === '' },
                { value: 'area', label: t('cases.area') },
              ]}
              onChange={(next) => {
                setScope(next as 'place' | 'area');
                setPage(1);
              }}
            />
            <span className="secondary num">{t('cases.span', { from: data.from, to: data.to })}</span>
          </div>
          {data.total === 0 ? (
            <Nothing title={t('cases.none')}>{t('cases.noneText')}</Nothing>
          ) : (
            <>
              <Onsets onsets={data.onsets} />
              <Cases items={data.items} total={data.total} page={page} setPage={setPage} />
            </>
          )}
        </>
      )}
    </Answer>
  );
}

function Onsets({ onsets }: { onsets: readonly (string | null)[] }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const days = useMemo(() => onsetDays(onsets), [onsets]);
  const option = useMemo(() => onsetOption(days, t('curve.unit'), tokens), [days, t, tokens]);
  return (
    <>
      <h3 className="signal-sub">{t('cases.curve')}</h3>
      <Chart option={option} height={150} label={t('cases.curveLabel', { n: onsets.length })} />
    </>
  );
}

interface CasesProps {
  items: SignalCase[];
  total: number;
  page: number;
  setPage: (page: number) => void;
}

function Cases({ items, total, page, setPage }: CasesProps) {
  const { t } = useTexts();
  const { link } = useAddress();
  const columns: TableProps<SignalCase>['columns'] = [
    {
      title: t('cases.who'),
      render: (_, { resident }) => (resident ? <Link to={link(`/residents/${resident.id}`)}><Data>{resident.name || noValue}</Data></Link> : noValue),
    },
    { title: t('resident.age'), width: 64, align: 'right', className: 'num', render: (_, { resident }) => resident?.age ?? noValue },
    { title: t('signals.disease'), responsive: ['md'], render: (_, one) => <Loc of={one.disease_name ?? noValue} /> },
    { title: t('cases.class'), width: 96, responsive: ['md'], render: (_, one) => (one.case_class && classes[one.case_class] ? t(classes[one.case_class] as Key) : noValue) },
    { title: t('cases.onset'), width: 108, className: 'num', render: (_, one) => one.onset ?? noValue },
    { title: t('cases.reported'), width: 108, className: 'num', responsive: ['md'], render: (_, one) => one.reported ?? noValue },
    { title: t('cases.school'), responsive: ['lg'], render: (_, one) => <Data>{[one.place, one.class].filter(Boolean).join(' ') || noValue}</Data> },
    { title: t('shell.area'), responsive: ['lg'], render: (_, one) => <Loc of={one.area_name} /> },
  ];
  return (
    <Table<SignalCase>
      className="list-table"
      size="small"
      rowKey={(one) => `${one.resident?.id ?? ''}-${one.onset ?? ''}-${one.reported ?? ''}-${one.disease ?? ''}`}
      dataSource={items}
      columns={columns}
      pagination={total > 20 ? { current: page, pageSize: 20, total, size: 'small', showSizeChanger: false, onChange: setPage } : false}
    />
  );
}
