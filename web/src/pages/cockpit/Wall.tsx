import { Select } from 'antd';
import { useMemo, type CSSProperties } from 'react';
import { rowsOf } from '../../api/boards';
import type { Measure } from '../../api/measures';
import { usePublished, usePublishedCells, useWall, type PublishedList, type WallBoard } from '../../api/published';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { formatInstant } from '../../format/format';
import { formatValue } from '../../format/measure';
import { Loc, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { MeasureMap, MeasureRanking } from '../measures/MeasureAreas';
import { ChangeMark, MeasureCards } from '../measures/MeasureCards';
import { Verdict } from './MeasureSections';
import { PlanShares } from './PlanSection';
import { WallTile, place, rowHeight } from './Tile';
import { useAfterTurn } from './useAfterTurn';

const chartHeight = 372; // pixels before the wall's zoom
const listed = 8; // figures below the plans
const screen = { height: 1080 / 1.5 - 64, gap: 12, least: 110 }; // of the tiles, in pixels before the wall's zoom

/** The wall and its visitors: published figures and nothing else. Whatever is asked here goes to /api/published
 *  and to the wall's own list of names. */
export function Wall() {
  const { area, period, value } = useAddress();
  const board = useWall('cockpit', { area, period });
  const list = usePublished({ area, period });
  const failed = [board, list].find(({ isError }) => isError);
  if (failed?.error) {
    return (
      <Card>
        <Failed error={failed.error} retry={() => void failed.refetch()} />
      </Card>
    );
  }
  if (!board.data || !list.data) return <BlockLoading rows={10} />;
  if (value('screen') === 'tiles') return <Tiles board={board.data} />;
  return <Figures board={board.data} list={list.data} />;
}

function Figures({ board, list }: { board: WallBoard; list: PublishedList }) {
  const { t } = useTexts();
  const section = (kind: string) => board.sections.find((one) => one.kind === kind);
  const cards = (section('measure-cards')?.measures ?? [])
    .map((id) => list.items.find((item) => item.id === id))
    .filter((item): item is Measure => item !== undefined);
  const map = section('measure-map');
  const others = list.items.filter(({ id, value }) => value !== null && !cards.some((card) => card.id === id));
  return (
    <>
      {list.as_of === null && <Nothing title={t('wall.noFigures')}>{t('wall.noFiguresText')}</Nothing>}
      <Verdict items={list.items.filter(({ value }) => value !== null)} />
      {cards.length > 0 && <MeasureCards items={cards} asOf={list.as_of ?? ''} wall />}
      <div className="streets">
        {map && <Streets map={map} ranking={section('measure-ranking')} items={list.items} period={list.period} area={board.area} />}
        <div className="wall-side">
          {board.plans_title && <PlanShares title={board.plans_title} plans={board.plans} />}
          {others.length > 0 && <Published items={others.slice(0, listed)} asOf={list.as_of} />}
        </div>
      </div>
    </>
  );
}

function Published({ items, asOf }: { items: readonly Measure[]; asOf: string | null }) {
  const { t } = useTexts();
  return (
    <Card title={t('wall.published')} note={asOf === null ? undefined : <span className="num">{t('wall.publishedAt', { time: formatInstant(asOf) })}</span>} className="wall-published">
      <ul>
        {items.map((measure) => (
          <li key={measure.id}>
            <span>
              <Loc of={measure.title} />
            </span>
            <span className="num">
              {formatValue(measure.value, measure.decimals)}{' '}
              <small>
                <Loc of={measure.unit} />
              </small>
            </span>
            <ChangeMark measure={measure} dash />
          </li>
        ))}
      </ul>
    </Card>
  );
}

type Section = WallBoard['sections'][number];

function Streets({ map, ranking, items, period, area }: { map: Section; ranking?: Section; items: readonly Measure[]; period: string; area: string }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const ids = map.measures;
  const id = readChoice(value('show'), ids, map.default);
  const at = ids.indexOf(id);
  useAfterTurn(true, at + 1 < ids.length ? { show: ids[at + 1] ?? null } : { screen: 'tiles', show: null });
  const measure = items.find((one) => one.id === id);
  const cells = usePublishedCells(id, { area, period });
  const options = useMemo(
    () => ids.flatMap((one) => items.filter((item) => item.id === one)).map((one) => ({ value: one.id, label: loc(one.title) })),
    [ids, items, loc],
  );
  if (!measure) return <Card title={<Loc of={map.title} />}><Nothing title={t('wall.noStreets')} /></Card>;
  if (cells.isError) return <Card title={<Loc of={map.title} />}><Failed error={cells.error} retry={() => void cells.refetch()} /></Card>;
  if (!cells.data) return <Card title={<Loc of={map.title} />}><BlockLoading rows={10} /></Card>;
  const pick = (
    <Select
      className="measure-pick"
      size="small"
      value={id}
      options={options}
      popupMatchSelectWidth={280}
      aria-label={t('measures.pick')}
      onChange={(next: string) => change({ show: next === map.default ? null : next })}
    />
  );
  const shared = { measure, cells: cells.data.rows, period, height: chartHeight, quiet: true };
  return (
    <>
      <MeasureMap {...shared} title={<Loc of={map.title} />} extra={pick} />
      {ranking && <MeasureRanking {...shared} title={<Loc of={ranking.title} />} />}
    </>
  );
}

/** The tiles have the screen for a turn; an empty board says so. */
function Tiles({ board }: { board: WallBoard }) {
  const { t } = useTexts();
  useAfterTurn(true, { screen: null });
  if (board.tiles.length === 0) return <Nothing title={t('tiles.none')} />;
  // all rows on one screen, as long as they stay readable
  const rows = rowsOf(board.tiles);
  const row = Math.max(screen.least, Math.min(rowHeight + 30, Math.floor((screen.height - screen.gap * (rows - 1)) / rows)));
  return (
    <div className="tile-grid" style={{ '--row': `${row}px` } as CSSProperties}>
      {board.tiles.map((tile) => (
        <div key={tile.id} className="tile" style={place(tile)}>
          <WallTile tile={tile} row={row} />
        </div>
      ))}
    </div>
  );
}
