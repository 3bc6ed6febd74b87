import { useCallback, useMemo } from 'react';
import type { Measure, MeasureCell, Measured } from '../../api/measures';
import { escape } from '../../charts/base';
import type { MeasureDress } from '../../charts/measure';
import { formatFraction, formatInterval, formatValue, withoutSharedWord } from '../../format/measure';
import { useTexts } from '../../i18n';
import { useTokens } from '../../theme/useTokens';

type Written = Pick<Measure, 'unit' | 'decimals'>;

/** “71.50 %”; unit-free where the unit says nothing. */
export function useValueText(): (value: number | null, measure: Written) => string {
  const { loc } = useTexts();
  return useCallback((value, measure) => `${formatValue(value, measure.decimals)} ${loc(measure.unit)}`.trim(), [loc]);
}

/** Lines of a tooltip: name, value and unit, interval, rank, numerator and denominator, why not. */
export function useCellTip(measure: Measure, of: number): (cell: MeasureCell) => string {
  const { t, loc } = useTexts();
  const valueText = useValueText();
  return useCallback(
    (cell) => {
      const interval = formatInterval(cell, measure.decimals);
      const lines = [
        cell.value === null ? t('chart.notReported') : valueText(cell.value, measure),
        interval && t('measures.interval', { interval }),
        cell.rank !== null && cell.value !== null && t('chart.rank', { place: cell.rank, of }),
        cell.numerator !== null && t(cell.denominator === null ? 'measures.count' : 'measures.fraction', { fraction: formatFraction(cell) }),
        measure.target && cell.status && t('measures.statusLine', { status: t(`status.${cell.status}`) }),
        loc(cell.reason),
      ].filter((line): line is string => typeof line === 'string' && line !== '');
      const [first, ...rest] = lines;
      return `<b>${escape(loc(cell.name))}</b><br><b>${escape(first ?? '')}</b>${rest.map((line) => `<br>${escape(line)}`).join('')}`;
    },
    [measure, of, t, loc, valueText],
  );
}

export function useMeasureDress(measure: Measure, cells: readonly MeasureCell[]): MeasureDress {
  const { loc } = useTexts();
  const tokens = useTokens();
  const tip = useCellTip(measure, cells.length);
  return useMemo(() => {
    const short = withoutSharedWord(cells.map(({ name }) => loc(name)));
    const names = new Map(cells.map(({ key }, index) => [key, short[index] ?? key]));
    return { tokens, better: measure.better, decimals: measure.decimals, name: (cell) => names.get(cell.key) ?? loc(cell.name), tip };
  }, [tokens, measure, loc, tip, cells]);
}

/** “95% interval 70.1 – 72.9”. */
export function useIntervalText(): (cell: Measured, decimals: number) => string {
  const { t } = useTexts();
  return useCallback(
    (cell, decimals) => {
      const interval = formatInterval(cell, decimals);
      return interval === '' ? '' : t('measures.interval', { interval });
    },
    [t],
  );
}
