import { useMemo, type ReactNode } from 'react';
import type { Measure, MeasureCell } from '../../api/measures';
import type { Localized } from '../../api/types';
import { dotOption, isHatched, measureMapOption } from '../../charts/measure';
import { ChartCard } from '../../components/ChartCard';
import { useWidth } from '../../components/useWidth';
import { mapName, useRegisteredMap } from '../../components/useRegisteredMap';
import { colourClasses, formatValue, rankedCells, type ColourClass } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';
import { useMeasureDress, useValueText } from './useMeasureWords';

interface Props {
  measure: Measure;
  cells: readonly MeasureCell[];
  period: string;
  source?: Localized;
  height: number;
  quiet?: boolean;
  title: ReactNode;
  extra?: ReactNode;
}

/** Streets without a name are people whose address is not known: counted in the whole only. */
const named = (cells: readonly MeasureCell[]) => cells.filter(({ key }) => key !== '');

function useStreets({ measure, cells }: Pick<Props, 'measure' | 'cells'>) {
  const { area, change } = useAddress();
  const rows = useMemo(() => rankedCells(named(cells)), [cells]);
  const dress = useMeasureDress(measure, rows);
  const chosen = area.slice(0, 9);
  const drill = (code: string | undefined) => {
    if (code) change({ area: code === chosen ? code.slice(0, 6) : code }, true);
  };
  return { rows, dress, chosen, drill };
}

function useTable(measure: Measure, rows: readonly MeasureCell[]) {
  const { t, loc } = useTexts();
  return {
    columns: [t('shell.area'), loc(measure.title), t('measures.lower'), t('measures.upper'), t('measures.numerator'), t('measures.denominator')],
    rows: rows.map((row) => [loc(row.name), row.value, row.lower, row.upper, row.numerator, row.denominator]),
    decimals: [undefined, measure.decimals, measure.decimals, measure.decimals],
  };
}

/** Streets coloured by value; around the target where there is one. A click goes into the street. */
export function MeasureMap(props: Props) {
  const { measure, period, source, height, quiet, title, extra } = props;
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const { rows, dress, chosen, drill } = useStreets(props);
  const map = useRegisteredMap();
  const [box, width] = useWidth();
  const judged = rows.some(({ status }) => status !== null && status !== 'not_decidable');
  const target = judged ? (measure.target?.value ?? null) : null;
  const classes = useMemo(
    () => colourClasses(rows.map(({ value }) => value), target, measure.better, tokens),
    [rows, target, measure.better, tokens],
  );
  const option = useMemo(
    () => (map ? measureMapOption({ rows, classes, judged, mapName, map, height, width, chosen }, dress) : null),
    [map, rows, classes, judged, height, width, chosen, dress],
  );
  const table = useTable(measure, rows);
  const label = t('measures.mapLabel', { name: loc(measure.title), n: rows.length });
  return (
    <ChartCard
      boxRef={box}
      title={title}
      note={<Unit measure={measure} />}
      extra={extra}
      label={label}
      height={height}
      fileName={`${loc(measure.title)}-${period}`}
      option={option ?? {}}
      quiet={quiet}
      onPick={({ name }) => drill(name)}
      table={table}
      source={
        <>
          <MapLegend measure={measure} classes={classes} target={target} hatched={rows.some((row) => isHatched(row, judged))} />
          {source && (
            <span>
              {t('chart.source', { source: '' })}
              <Loc of={source} />
            </span>
          )}
        </>
      }
    />
  );
}

function Unit({ measure }: { measure: Measure }) {
  const { t, loc } = useTexts();
  const unit = loc(measure.unit);
  return unit ? <Data>{t('measures.unit', { unit })}</Data> : null;
}

interface LegendProps {
  measure: Measure;
  classes: readonly ColourClass[];
  target: number | null;
  hatched: boolean;
}

/** Borders between the colours; the target's own border is marked. */
function MapLegend({ measure, classes, target, hatched }: LegendProps) {
  const { t } = useTexts();
  const digits = (value: number) => formatValue(value, Number.isInteger(value) ? 0 : Math.min(measure.decimals, 2));
  const isTarget = (value: number) => target !== null && Math.abs(value - target) < 1e-9;
  const border = (value: number) => (
    <span className={isTarget(value) ? 'num scale-target' : 'num'}>{isTarget(value) ? t('measures.targetAt', { value: digits(value) }) : digits(value)}</span>
  );
  return (
    <span className="scale" role="img" aria-label={t('chart.legend')}>
      {classes.length > 0 && border(classes[0]?.from as number)}
      {classes.map(({ to, colour }) => (
        <span key={to} className="scale-step">
          <i style={{ background: colour }} />
          {border(to)}
        </span>
      ))}
      {hatched && (
        <span className="scale-step scale-hatched">
          <i /> {t('measures.hatched')}
        </span>
      )}
    </span>
  );
}

/** Streets in order with their intervals; a colour only where the interval lies beyond the whole. */
export function MeasureRanking(props: Props) {
  const { measure, period, height, quiet, title, extra } = props;
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const valueText = useValueText();
  const { rows, dress, chosen, drill } = useStreets(props);
  const target = measure.target?.value ?? null;
  // inside a street the item's value is the street's, not the whole district's
  const { area } = useAddress();
  const hasIntervals = rows.some(({ lower }) => lower !== null);
  const whole = area.length < 9 && hasIntervals ? measure.value : null;
  const option = useMemo(
    () =>
      dotOption(
        {
          rows,
          whole,
          wholeName: t('measures.whole', { value: formatValue(whole, measure.decimals) }),
          target: hasIntervals ? target : null,
          targetName: t('measures.targetAt', { value: formatValue(target, Number.isInteger(target) ? 0 : measure.decimals) }),
          chosen,
          nameWidth: 110,
        },
        dress,
      ),
    [rows, whole, hasIntervals, target, chosen, dress, measure.decimals, t],
  );
  const label = t('measures.rankLabel', { name: loc(measure.title), n: rows.length });
  return (
    <ChartCard
      title={title}
      extra={extra}
      note={<Unit measure={measure} />}
      label={label}
      height={height}
      fileName={`${loc(measure.title)}-${t('measures.rankFile')}-${period}`}
      option={option}
      quiet={quiet}
      onPick={({ index }) => drill(rows[index]?.key)}
      table={useTable(measure, rows)}
      source={
        whole !== null ? (
          <span className="dot-legend" title={t('measures.dotWhy', { value: valueText(whole, measure) })}>
            <span>
              <i style={{ background: measure.better === 'none' ? tokens.series[0] : tokens.betterDot }} />
              {t(measure.better === 'none' ? 'measures.dotApart' : 'measures.dotBetter')}
            </span>
            <span>
              <i style={{ background: tokens.undecidable }} />
              {t('measures.dotSame')}
            </span>
            {measure.better !== 'none' && (
              <span>
                <i style={{ background: tokens.worseDot }} />
                {t('measures.dotWorse')}
              </span>
            )}
          </span>
        ) : undefined
      }
    />
  );
}

/** Sexes, then age bands in their own order, with intervals. */
export function MeasureBreakdown(props: Pick<Props, 'measure' | 'cells' | 'period' | 'title'>) {
  const { measure, cells, period, title } = props;
  const { t, loc } = useTexts();
  const dress = useMeasureDress(measure, cells);
  const option = useMemo(
    () => dotOption({ rows: cells, whole: null, wholeName: '', target: null, targetName: '', chosen: '' }, dress),
    [cells, dress],
  );
  return (
    <ChartCard
      title={title}
      note={<Unit measure={measure} />}
      label={t('measures.breakdownLabel', { name: loc(measure.title), n: cells.length })}
      height={Math.max(120, cells.length * 20 + 40)}
      fileName={`${loc(measure.title)}-${t('measures.breakdown')}-${period}`}
      option={option}
      table={useTable(measure, cells)}
    />
  );
}
