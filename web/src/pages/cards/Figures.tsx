import { Segmented } from 'antd';
import { useId } from 'react';
import { Link } from 'react-router-dom';
import { useCardQuality, useCardTable, type CardQuality, type CardTable } from '../../api/cards';
import { withQuery } from '../../api/client';
import { Card } from '../../components/Card';
import { DaySpan } from '../../components/DaySpan';
import { Answer } from '../../components/States';
import { formatFixed, formatNumber, noValue } from '../../format/format';
import { Loc, useTexts, type Key } from '../../i18n';
import { readChoice } from '../../state/address';
import { monthCounts, monthsOf } from './months';
import { useAddress } from '../../state/useAddress';

const days = ['review', 'report', 'diagnosis', 'onset'] as const;
const views = ['sums', 'months'] as const;

/** How good the reporting is, each figure with the cards behind it, and the table of the yearbooks. */
export function Figures() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const id = useId();
  return (
    <>
      <div className="filters">
        <label htmlFor={`${id}-from`}>{t('cardFigures.span')}</label>
        <DaySpan id={`${id}-from`} optional from={value('from')} to={value('to')} onFrom={(from) => change({ from })} onTo={(to) => change({ to })} />
        <span className="secondary">{t('cardFigures.usual')}</span>
      </div>
      <Quality />
      <Diseases />
    </>
  );
}

const shares: { name: Key; of: keyof Pick<CardQuality, 'in_time' | 'reviewed' | 'twice' | 'identified' | 'returned' | 'missed'>; fault: string }[] = [
  { name: 'cardFigures.inTime', of: 'in_time', fault: 'late' },
  { name: 'cardFigures.reviewed', of: 'reviewed', fault: 'unreviewed' },
  { name: 'cardFigures.twice', of: 'twice', fault: 'twice' },
  { name: 'cardFigures.identified', of: 'identified', fault: 'unidentified' },
  { name: 'cardFigures.returned', of: 'returned', fault: 'unreturned' },
  { name: 'cardFigures.missed', of: 'missed', fault: '' },
];
const percent = (share: number) => `${formatFixed(share * 100, 1)} %`;

function Quality() {
  const { t } = useTexts();
  const { value, link } = useAddress();
  const quality = useCardQuality({ from: value('from'), to: value('to') });
  return (
    <Answer of={quality} rows={3}>
      {(data) => (
        <section className="key-figures card-quality" aria-label={t('cardFigures.quality')}>
          {shares.map(({ name, of, fault }) => {
            const share = data[of];
            const known = share.value !== null;
            const span = { from: data.from, to: data.to };
            return (
              <div key={of} className="figure">
                <div className="figure-name">{t(name)}</div>
                <div className="figure-value num">{known ? percent(share.value as number) : noValue}</div>
                <div className="figure-as-of num">
                  {share.x} / {share.n}
                  {known && ` · 95 % ${percent(share.lower as number)} – ${percent(share.upper as number)}`}
                </div>
                <div className="figure-as-of">
                  <Link to={link('/cards', fault === '' ? { part: 'visits' } : { fault, state: 'all', ...span })}>{t('cardFigures.behind')}</Link>
                </div>
              </div>
            );
          })}
        </section>
      )}
    </Answer>
  );
}

function Diseases() {
  const { t, language } = useTexts();
  const { value, area, change } = useAddress();
  const by = readChoice(value('by'), days, 'review');
  const view = readChoice(value('view'), views, 'sums');
  const query = { by, from: value('from'), to: value('to'), area };
  const table = useCardTable(query);
  return (
    <Card
      title={t('cardFigures.table')}
      note={table.data && t('cardFigures.tableNote', { from: table.data.from, to: table.data.to })}
      extra={
        <>
          <a href={withQuery('/api/cards/table.csv', { ...query, lang: language })} download>CSV</a>
          <a href={withQuery('/api/cards/table.xlsx', { ...query, lang: language })} download>XLSX</a>
        </>
      }
    >
      <div className="filters">
        <Segmented
          value={by}
          aria-label={t('cardFigures.by')}
          options={days.map((one) => ({ value: one, label: t(`cardFigures.by.${one}`) }))}
          onChange={(next) => change({ by: next === 'review' ? null : next })}
        />
        <Segmented
          value={view}
          aria-label={t('cardFigures.view')}
          options={views.map((one) => ({ value: one, label: t(`cardFigures.view.${one}`) }))}
          onChange={(next) => change({ view: next === 'sums' ? null : next })}
        />
      </div>
      <Answer of={table} rows={12}>
        {(data) => (view === 'months' ? <Months table={data} /> : <Rows table={data} />)}
      </Answer>
      <p className="source">{t('cardFigures.source', { people: table.data?.people ? formatNumber(table.data.people) : noValue, day: table.data?.people_day ?? '' })}</p>
    </Card>
  );
}

function Rows({ table }: { table: CardTable }) {
  const { t } = useTexts();
  const rate = (value: number | null, times = 1, decimals = 2) => (value === null ? noValue : formatFixed(value * times, decimals));
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t('cardFigures.table')}>
      <table className="card-table">
        <thead>
          <tr>
            {(['disease', 'cases', 'deaths', 'incidence', 'mortality', 'fatality', 'before', 'deathsBefore'] as const).map((one) => (
              <th key={one} scope="col">{t(`cardFigures.${one}`)}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={`${row.class}/${row.disease}`} className={row.disease === '' ? 'card-sum' : ''}>
              <th scope="row"><Loc of={row.name} /></th>
              <td>{formatNumber(row.cases)}</td>
              <td>{formatNumber(row.deaths)}</td>
              <td>{rate(row.incidence)}</td>
              <td>{rate(row.mortality)}</td>
              <td>{rate(row.fatality, 100, 1)}</td>
              <td>{formatNumber(row.cases_before)}</td>
              <td>{formatNumber(row.deaths_before)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Cases by month: sums of a class are those of its diseases. */
function Months({ table }: { table: CardTable }) {
  const { t } = useTexts();
  const months = monthsOf(table.from, table.to);
  return (
    <div className="table-scroll" tabIndex={0} role="group" aria-label={t('cardFigures.table')}>
      <table className="card-table card-months">
        <thead>
          <tr>
            <th scope="col">{t('cardFigures.disease')}</th>
            {months.map((month) => (
              <th key={month} scope="col">{month}</th>
            ))}
            <th scope="col">{t('cardFigures.cases')}</th>
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row) => (
            <tr key={`${row.class}/${row.disease}`} className={row.disease === '' ? 'card-sum' : ''}>
              <th scope="row"><Loc of={row.name} /></th>
              {monthCounts(row, table.rows, months.length).map((count, at) => (
                <td key={months[at]}>{formatNumber(count)}</td>
              ))}
              <td>{formatNumber(row.cases)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
