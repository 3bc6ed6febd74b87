import { useMemo } from 'react';
import type { BoardSection } from '../../api/types';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { usePeriodName } from '../../state/usePeriod';
import { useTokens } from '../../theme/useTokens';
import { seriesOption } from './charts';

type Section = Extract<BoardSection, { kind: 'series' }>;

export function SeriesSection({ section, quiet }: { section: Section; quiet: boolean }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const periodName = usePeriodName();
  const unit = loc(section.unit);
  const { points } = section;
  const option = useMemo(
    () =>
      seriesOption(points, tokens, {
        period: periodName,
        unit,
        low: quiet,
        value: (value) => (value === null ? t('chart.notReported') : `${formatNumber(value, 1)} ${unit}`),
      }),
    [points, tokens, periodName, unit, quiet, t],
  );
  const missing = points.filter(({ value }) => value === null).length;
  if (points.length === missing) {
    return (
      <Card title={<Loc of={section.title} />}>
        <Nothing title={t('chart.empty')}>{t('chart.emptyText')}</Nothing>
      </Card>
    );
  }
  return (
    <ChartCard
      title={<Loc of={section.title} />}
      note={missing > 0 ? t('chart.gaps', { n: missing }) : undefined}
      label={t('cockpit.seriesLabel', { title: loc(section.title), n: points.length })}
      height={quiet ? 110 : 190}
      fileName={loc(section.title)}
      option={option}
      quiet={quiet}
      table={{
        columns: [t('shell.period'), unit || loc(section.title)],
        rows: points.map(({ period, value }) => [periodName(period), value]),
      }}
      source={
        <>
          {t('chart.source', { source: '' })}
          <Loc of={section.source} />
        </>
      }
    />
  );
}
