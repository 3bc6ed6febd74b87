import { useMemo, type CSSProperties, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import type { BoardTile } from '../../api/boards';
import { useMeasure, useMeasureCells } from '../../api/measureHooks';
import type { Measure, MeasureCell } from '../../api/measures';
import { usePublished, usePublishedCells } from '../../api/published';
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

export const place = ({ width, height }: BoardTile): CSSProperties => ({ gridColumn: `span ${width}`, gridRow: `span ${height}` });

/** What a tile draws, with what it needs beside the indicator. */
interface Part {
  measure: Measure;
  title: ReactNode;
  height: number;
  quiet: boolean;
}
interface Where {
  area: string;
  period: string;
}

const heightOf = (tile: BoardTile, row = rowHeight) => row * tile.height - frame + 12 * (tile.height - 1);

/** One indicator as its tile draws it, for the tile's own area and period or those of the page. */
export function Tile({ tile }: { tile: BoardTile }) {
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
  const title = <Link to={link(`/indicators/computed/${tile.measure}`)}>{loc(measure.data.title)}</Link>;
  const shared = { measure: measure.data, title, height: heightOf(tile), quiet: false };
  if (tile.chart === 'trend') return <Trend {...shared} />;
  if (tile.chart === 'card') return <Figure measure={measure.data} title={title} where={asked} tile={tile} />;
  return <Streets {...shared} map={tile.chart === 'map'} where={asked} />;
}

/** The same of published figures alone. row  height of one row, in pixels before the wall's zoom */
export function WallTile({ tile, row }: { tile: BoardTile; row: number }) {
  const { t } = useTexts();
  const { area, period } = useAddress();
  const asked = { area: tile.area || area, period: tile.period || period };
  const list = usePublished(asked);
  if (list.isError) return <Card title={tile.measure}><Failed error={list.error} retry={() => void list.refetch()} /></Card>;
  if (!list.data) return <Card><BlockLoading rows={3} /></Card>;
  const measure = list.data.items.find(({ id }) => id === tile.measure);
  if (!measure) return <Card title={tile.measure}><Nothing title={t('wall.unpublished')} /></Card>;
  const shared = { measure, title: <Loc of={measure.title} />, height: heightOf(tile, row), quiet: true };
  if (tile.chart === 'trend') return <Trend {...shared} />;
  if (tile.chart === 'card') return <Figure {...shared} where={asked} tile={tile} />;
  return <PublishedStreets {...shared} map={tile.chart === 'map'} where={{ area: list.data.area, period: list.data.period }} />;
}

function Figure({ measure, title, where, tile }: { measure: Measure; title: ReactNode; where: Where; tile: BoardTile }) {
  const { loc } = useTexts();
  const own = [tile.area, tile.period].filter((one) => one !== '').join(' · ');
  return (
    <Card title={title} note={own ? <span className="num">{own}</span> : undefined} className="tile-figure">
      <p className="figure-value" data-area={where.area}>
        {measure.value !== null && <span className="num">{formatValue(measure.value, measure.decimals)}</span>}{' '}
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
      table={{ columns: [t('shell.period'), unit || loc(measure.title)], rows: measure.trend.map(({ period, value }) => [periodName(period), value]), decimals: [undefined, measure.decimals] }}
    />
  );
}

function Streets({ where, ...part }: Part & { map: boolean; where: Where }) {
  const cells = useMeasureCells(part.measure.id, 'area', { area: where.area.slice(0, 6), period: where.period });
  if (cells.isError) return <Card title={part.title}><Failed error={cells.error} retry={() => void cells.refetch()} /></Card>;
  return <StreetsOf {...part} cells={cells.data?.rows} period={cells.data?.period ?? where.period} />;
}

function PublishedStreets({ where, ...part }: Part & { map: boolean; where: Where }) {
  const cells = usePublishedCells(part.measure.id, { ...where });
  if (cells.isError) return <Card title={part.title}><Failed error={cells.error} retry={() => void cells.refetch()} /></Card>;
  return <StreetsOf {...part} cells={cells.data?.rows} period={where.period} />;
}

function StreetsOf({ map, cells, ...shared }: Part & { map: boolean; cells?: readonly MeasureCell[]; period: string }) {
  const { t } = useTexts();
  if (!cells) return <Card title={shared.title}><BlockLoading rows={4} /></Card>;
  if (!cells.some(({ value }) => value !== null)) {
    return <Card title={shared.title}><Nothing title={t(shared.quiet ? 'wall.noStreets' : 'chart.empty')}>{shared.quiet ? undefined : t('chart.emptyText')}</Nothing></Card>;
  }
  return map ? <MeasureMap {...shared} cells={cells} /> : <MeasureRanking {...shared} cells={cells} />;
}
