import { useMemo } from 'react';
import type { BoardSection } from '../../api/types';
import { weeksOption } from '../../charts/people';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { usePeriodName } from '../../state/usePeriod';
import { useWide } from '../../state/useWide';
import { useTokens } from '../../theme/useTokens';

type Section = Extract<BoardSection, { kind: 'weeks' }>;

const most = 6; // small multiples; all series stand in the table
const rowHeight = 118; // pixels

/** How the most frequent diseases move from week to week, each on a scale of its own. */
export function WeeksSection({ section }: { section: Section }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const weekName = usePeriodName();
  const threeColumns = useWide(1561);
  const twoColumns = useWide(481);
  const columns = threeColumns ? 3 : twoColumns ? 2 : 1;
  const { weeks, series } = section;
  const unit = loc(section.unit);
  const named = useMemo(() => series.map(({ name, values }) => ({ name: loc(name), values })), [series, loc]);
  const shown = useMemo(() => named.slice(0, most), [named]);
  const option = useMemo(
    () =>
      weeksOption(weeks, shown, columns, tokens, {
        week: weekName,
        value: (value) => (value === null ? t('chart.notReported') : `${formatNumber(value, 0)} ${unit}`),
      }),
    [weeks, shown, columns, tokens, weekName, unit, t],
  );
  if (series.length === 0) {
    return (
      <Card title={<Loc of={section.title} />}>
        <Nothing title={t('weeks.none')}>{t('weeks.noneText')}</Nothing>
      </Card>
    );
  }
  const first = weeks[0] ?? '';
  const last = weeks.at(-1) ?? '';
  return (
    <ChartCard
      className="weeks-card"
      title={<Loc of={section.title} />}
      note={t('weeks.span', { first: weekName(first), last: weekName(last) })}
      label={t('weeks.label', { title: loc(section.title), n: shown.length })}
      height={Math.ceil(shown.length / columns) * rowHeight}
      fileName={`${loc(section.title)}-${last}`}
      option={option}
      table={{
        columns: [t('period.week'), ...named.map(({ name }) => name)],
        rows: weeks.map((week, at) => [weekName(week), ...named.map(({ values }) => values[at] ?? null)]),
      }}
      source={
        <span title={loc(section.basis)}>
          {t('chart.source', { source: '' })}
          <Loc of={section.source} />
          {series.length > most && ` · ${t('weeks.more', { n: series.length - most })}`}
        </span>
      }
    />
  );
}
