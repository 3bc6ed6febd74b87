import { Button, Dropdown, Select } from 'antd';
import { Download, FileText } from 'lucide-react';
import { Link } from 'react-router-dom';
import { usePlans } from '../../api/hooks';
import { reportAddress, usePlanAssessment, useReports, type AssessedRow, type PlanAssessment } from '../../api/plans';
import { Card } from '../../components/Card';
import { saveText } from '../../components/save';
import { Answer, Nothing } from '../../components/States';
import { StatusBar, StatusMark } from '../../components/StatusMark';
import { writeCsv } from '../../format/csv';
import { formatNumber, formatSigned, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { IndicatorTabs } from '../measures/IndicatorTabs';
import { paces } from '../measures/MeasureOutlook';
import '../measures/measures.css';
import './plans.css';

const origins = {
  published: 'origin.published',
  computed: 'origin.computed',
  reported: 'origin.reported',
  printed: 'origin.printed',
  none: 'origin.none',
} as const;

/** A plan held against the figures of a year; at its end the final assessment. */
export function Component() {
  const { t, loc } = useTexts();
  const { value, change, area } = useAddress();
  const plans = usePlans();
  const items = plans.data?.items ?? [];
  const chosen = items.find(({ id }) => id === value('plan')) ?? items.find(({ id }) => id === 'plan-14-5-gongshu-2025') ?? items[0];
  const year = value('year') || (chosen ? String(Math.min(chosen.year, 2025)) : '');
  const assessment = usePlanAssessment(chosen?.id ?? '', { year, area });
  const years = chosen ? [0, 1, 2, 3, 4].map((back) => String(chosen.year - back)) : [];
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.indicators')}</h1>
      </div>
      <IndicatorTabs />
      <div className="plan-bar">
        <Select
          className="plan-select"
          value={chosen?.id}
          aria-label={t('indicators.col.planTitle')}
          options={items.map((plan) => ({ value: plan.id, label: loc(plan.title) }))}
          onChange={(plan: string) => change({ plan, year: '' })}
        />
        <Select
          value={year || undefined}
          aria-label={t('indicators.col.year')}
          options={[...new Set([...years, year])].filter((one) => one !== '').map((one) => ({ value: one, label: one }))}
          onChange={(one: string) => change({ year: one })}
        />
        <Reports year={year} />
      </div>
      {chosen && (
        <Answer of={assessment} rows={12}>
          {(data) => <Assessment data={data} />}
        </Answer>
      )}
    </div>
  );
}
Component.displayName = 'AssessmentPage';

/** The yearly report and the yearbook chapter, filled with the figures of the year. */
function Reports({ year }: { year: string }) {
  const { t, loc } = useTexts();
  const { area } = useAddress();
  const reports = useReports();
  return (
    <>
      {reports.data?.items.map(({ id, name }) => (
        <Dropdown
          key={id}
          trigger={['click']}
          menu={{
            items: (['html', 'pdf', 'docx', 'xlsx'] as const).map((format) => ({
              key: format,
              label: (
                <a href={reportAddress(id, { area, year, format })} target="_blank" rel="noreferrer">
                  {t(`report.${format}`)}
                </a>
              ),
            })),
          }}
        >
          <Button icon={<FileText size={14} aria-hidden />}>{loc(name)}</Button>
        </Dropdown>
      ))}
    </>
  );
}

function Assessment({ data }: { data: PlanAssessment }) {
  const { t, loc } = useTexts();
  const fields = [...new Map(data.rows.map((row) => [loc(row.field), row.field])).entries()];
  const counts = { met: data.met, nearly: data.nearly, missed: data.missed, not_decidable: data.not_decidable };
  const save = () =>
    saveText(
      `${loc(data.title)}-${data.year}.csv`,
      writeCsv(
        [t('indicator.no'), t('indicators.col.name'), t('measures.unitColumn'), t('assess.base'), t('assess.value', { year: data.year }), t('assess.origin'), t('indicators.col.target'), t('indicators.col.status'), t('indicators.col.gap'), t('assess.pace'), t('assess.reason')],
        data.rows.map((row) => [row.no, loc(row.name), loc(row.unit), row.base, row.value, t(origins[row.origin]), row.target, t(`status.${row.status}`), row.gap, row.pace === null ? '' : t(paces[row.pace]), loc(row.reason)]),
      ),
      'text/csv;charset=utf-8',
    );
  return (
    <>
      <Card
        title={t(data.year >= data.target_year ? 'assess.final' : 'assess.midterm', { year: data.year })}
        note={t('assess.missing', { n: data.without_figure, all: data.rows.length })}
        extra={
          <Button icon={<Download size={14} aria-hidden />} onClick={save}>
            {t('table.csv')}
          </Button>
        }
      >
        <StatusBar counts={counts} />
      </Card>
      {data.rows.length === 0 ? (
        <Nothing title={t('chart.empty')}>{t('chart.emptyText')}</Nothing>
      ) : (
        fields.map(([name, field]) => (
          <Card key={name} title={<Loc of={field} />}>
            <div className="assess-scroll">
              <table className="simple-table assess-table">
                <thead>
                  <tr>
                    <th scope="col">{t('indicators.col.name')}</th>
                    <th scope="col" className="right">
                      {t('assess.base')}
                    </th>
                    <th scope="col" className="right">
                      {t('assess.value', { year: data.year })}
                    </th>
                    <th scope="col">{t('indicators.col.target')}</th>
                    <th scope="col">{t('indicators.col.status')}</th>
                    <th scope="col" className="right">
                      {t('indicators.col.gap')}
                    </th>
                    <th scope="col">{t('assess.pace')}</th>
                  </tr>
                </thead>
                <tbody>
                  {data.rows.filter((row) => loc(row.field) === name).map((row) => (
                    <Row key={row.id} row={row} />
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
        ))
      )}
    </>
  );
}

function Row({ row }: { row: AssessedRow }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const computed = row.computed[0];
  return (
    <tr>
      <th scope="row">
        <span className="secondary num">{row.no}</span>{' '}
        {computed ? (
          <Link to={link(`/indicators/computed/${computed}`)}>
            <Loc of={row.name} />
          </Link>
        ) : (
          <Loc of={row.name} />
        )}
        {row.scope && (
          <small className="secondary">
            {' '}
            <Loc of={row.scope} />
          </small>
        )}
        <small className="block secondary">
          <Loc of={row.reason} />
        </small>
        {row.remark && (
          <small className="block secondary">
            <Loc of={row.remark} />
          </small>
        )}
      </th>
      <td className="right num" data-label={t('assess.base')}>
        <Data>{row.base || noValue}</Data>
        {row.base_year !== null && <small className="block secondary">{row.base_year}</small>}
      </td>
      <td className="right num" data-label={t('indicators.col.value')}>
        <b>
          <Data>{row.value || noValue}</Data>
        </b>
        <small className="block secondary">
          {t(origins[row.origin])}
          {row.state !== '' && ` · ${t(signWords[row.state as keyof typeof signWords] ?? 'sign.draft')}`}
        </small>
      </td>
      <td data-label={t('indicators.col.target')}>
        <Data>{row.target}</Data> <Loc of={row.unit} />
      </td>
      <td>
        <StatusMark status={row.status} />
      </td>
      <td className="right num" data-label={t('indicators.col.gap')}>
        {row.gap === null ? noValue : formatSigned(row.gap, 2)}
      </td>
      <td data-label={t('assess.pace')}>
        {row.pace === null ? (
          noValue
        ) : (
          <>
            {t(paces[row.pace])}
            {row.expected !== null && <small className="block secondary num">{t('assess.expected', { value: formatNumber(row.expected, 2) })}</small>}
          </>
        )}
      </td>
    </tr>
  );
}

const signWords = {
  draft: 'sign.draft',
  submitted: 'sign.submitted',
  approved: 'sign.approved',
  published: 'sign.published',
} as const;
