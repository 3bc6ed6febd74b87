import { useMemo } from 'react';
import { Link } from 'react-router-dom';
import type { BoardTile } from '../../api/boards';
import { useMeasure, useMeasureCells } from '../../api/measureHooks';
import type { MeasureDetail } from '../../api/measures';
import { escape } from '../../charts/base';
import { trendOption } from '../../charts/measure';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { formatValue } from '../../format/measure';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { useTokens } from '../../theme/useTokens';
import { MeasureMap, MeasureRanking } from '../measures/MeasureAreas';
import { ChangeMark } from '../measures/MeasureCards';
import { TargetLine } from '../measures/TargetLine';
import { useValueText } from '../measures/useMeasureWords';

export const rowHeight = 150; // pixels of one row of the grid
const frame = 104; // pixels that title, source and margins of a chart take

/** One indicator as its tile draws it, for the tile's own area and period or those of the page. */
export function Tile({ tile, hidden, quiet }: { tile: BoardTile; hidden: (field: string) => boolean; quiet: boolean }) {
  const { t, loc } = useTexts();
  const { area, period, link } = useAddress();
  const asked = { area: tile.area || area, period: tile.period || period };
  const measure = useMeasure(tile.measure, asked);
  if (measure.isError) {
    return (
      <Card title={tile.measure}>
        {measure.error.status === 404 ? <Nothing title={t('tiles.gone')} /> : <Failed error={measure.error} retry={() => void measure.refetch()} />}
      </Card>
    );
  }
  if (!measure.data) return <Card><BlockLoading rows={3} /></Card>;
  if (hidden(measure.data.field)) return null;
  const title = quiet ? <Loc of={measure.data.title} /> : <Link to={link(`/indicators/computed/${tile.measure}`)}>{loc(measure.data.title)}</Link>;
  const shared = { measure: measure.data, title, height: rowHeight * tile.height - frame + 12 * (tile.height - 1), quiet };
  if (tile.chart === 'trend') return <Trend {...shared} />;
  if (tile.chart === 'card') return <Figure measure={measure.data} title={title} where={asked} tile={tile} />;
  return <Streets {...shared} map={tile.chart === 'map'} where={asked} />;
}

interface Part {
  measure: MeasureDetail;
  title: React.ReactNode;
  height: number;
  quiet: boolean;
}

function Figure({ measure, title, where, tile }: { measure: MeasureDetail; title: React.ReactNode; where: { area: string; period: string }; tile: BoardTile }) {
  const { loc } = useTexts();
  const own = [tile.area, tile.period].filter((one) => one !== '').join(' · ');
  return (
    <Card title={title} note={own ? <span className="num">{own}</span> : undefined} className="tile-figure">
      <p className="figure-value" data-area={where.area}>
        <span className="num">{formatValue(measure.value, measure.decimals)}</span>{' '}
        {measure.value !== null ? <small><Loc of={measure.unit} /></small> : <small className="secondary">{loc(measure.reason)}</small>}
      </p>
      <p>
        <TargetLine measure={measure} /> <ChangeMark measure={measure} />
      </p>
    </Card>
  );
}

function Trend({ measure, title, height, quiet }: Part) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const periodName = usePeriodName();
  const valueText = useValueText();
  const unit = loc(measure.unit);
  const target = measure.target?.value ?? null;
  const option = useMemo(
    () =>
      trendOption(
        {
          points: measure.trend,
          target,
          targetName: target === null ? '' : t('measures.targetAt', { value: formatValue(target, Number.isInteger(target) ? 0 : measure.decimals) }),
          unit,
          periodName,
          tip: (point) => `${escape(periodName(point.period))}<br><b>${escape(point.value === null ? t('chart.notReported') : valueText(point.value, measure))}</b>`,
        },
        { tokens, decimals: measure.decimals },
      ),
    [measure, target, unit, periodName, valueText, tokens, t],
  );
  const known = measure.trend.filter(({ value }) => value !== null).length;
  if (known === 0) return <Card title={title}><Nothing title={t('chart.empty')}>{loc(measure.reason) || t('chart.emptyText')}</Nothing></Card>;
  return (
    <ChartCard
      title={title}
      label={t('measures.trendLabel', { name: loc(measure.title), n: known })}
      height={height}
      fileName={`${loc(measure.title)}-${t('measures.trend')}`}
      option={option}
      quiet={quiet}
      table={{ columns: [t('shell.period'), unit || loc(measure.title)], rows: measure.trend.map(({ period, value }) => [periodName(period), value]) }}
    />
  );
}

function Streets({ measure, title, height, quiet, map, where }: Part & { map: boolean; where: { area: string; period: string } }) {
  const { t } = useTexts();
  const cells = useMeasureCells(measure.id, 'area', { area: where.area.slice(0, 6), period: where.period });
  if (cells.isError) return <Card title={title}><Failed error={cells.error} retry={() => void cells.refetch()} /></Card>;
  if (!cells.data) return <Card title={title}><BlockLoading rows={4} /></Card>;
  if (!cells.data.rows.some(({ value }) => value !== null)) return <Card title={title}><Nothing title={t('chart.empty')}>{t('chart.emptyText')}</Nothing></Card>;
  const shared = { measure, cells: cells.data.rows, period: cells.data.period, height, quiet, title };
  return map ? <MeasureMap {...shared} /> : <MeasureRanking {...shared} />;
}
