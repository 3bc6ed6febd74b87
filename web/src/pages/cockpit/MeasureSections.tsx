import { Select } from 'antd';
import { useEffect, useMemo, type ReactNode } from 'react';
import { useMeasureCells, useMeasures } from '../../api/measureHooks';
import type { Measure, MeasureList } from '../../api/measures';
import type { BoardSection } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { StatusBar } from '../../components/StatusMark';
import { countAll } from '../../format/status';
import { countStatuses } from '../../format/measure';
import { Loc, useTexts } from '../../i18n';
import { readChoice, readCount, type Changes } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { MeasureMap, MeasureRanking } from '../measures/MeasureAreas';
import { MeasureCards } from '../measures/MeasureCards';

type Section = Extract<BoardSection, { kind: 'measure-cards' | 'measure-map' | 'measure-ranking' }>;

export const workHeight = 400; // pixels; eighteen streets at 20 each
export const wallHeight = 282; // pixels before the wall's zoom

/** Fields whose figures only their own authority publishes: not for the wall. */
export const internalFields = new Set(['infectious']);

/** Computed indicators by id, in the order of the section; without internal ones on the wall. */
export function pickMeasures(list: MeasureList | undefined, ids: readonly string[], wall: boolean): Measure[] {
  return ids
    .map((id) => list?.items.find((item) => item.id === id))
    .filter((item): item is Measure => item !== undefined && !(wall && internalFields.has(item.field)));
}

interface Props {
  cards?: Section;
  map?: Section;
  ranking?: Section;
  wall: boolean;
  /** what stands beside and below the map */
  children?: ReactNode;
}

/** How the district stands against its targets: the count, the main figures, then the streets. */
export function MeasureSections({ cards, map, ranking, wall, children }: Props) {
  const { t } = useTexts();
  const { area, period } = useAddress();
  const list = useMeasures({ area, period });
  if (list.isError) {
    return (
      <>
        <Card>
          <Failed error={list.error} retry={() => void list.refetch()} />
        </Card>
        <div className="streets">{children}</div>
      </>
    );
  }
  if (!list.data) return <BlockLoading rows={6} />;
  const { data } = list;
  const shown = pickMeasures(data, cards?.measures ?? [], wall);
  const known = wall ? data.items.filter(({ field }) => !internalFields.has(field)) : data.items;
  if (data.items.length === 0) {
    return (
      <>
        <Card>
          <Nothing title={t('measures.noneAtAll')}>{t('measures.noneAtAllText')}</Nothing>
        </Card>
        <div className="streets">{children}</div>
      </>
    );
  }
  return (
    <div className={list.isPlaceholderData ? 'dimmed' : ''} aria-busy={list.isPlaceholderData}>
      <Verdict items={known} wall={wall} />
      {shown.length > 0 && <MeasureCards items={shown} asOf={data.as_of} wall={wall} />}
      <div className="streets">
        {map && <Streets map={map} ranking={ranking} list={data} wall={wall} />}
        {children}
      </div>
    </div>
  );
}

/** The answer in one line: of so many indicators with a target, so many reached it. */
function Verdict({ items, wall }: { items: readonly Measure[]; wall: boolean }) {
  const { t } = useTexts();
  const { go } = useAddress();
  const counts = countStatuses(items);
  const all = countAll(counts);
  if (all === 0) return null;
  return (
    <section className="verdict card">
      <h2>{t('measures.verdict', { met: counts.met ?? 0, all })}</h2>
      <StatusBar counts={counts} onPick={wall ? undefined : (status) => void go('/indicators/computed', { status })} />
    </section>
  );
}

function Streets({ map, ranking, list, wall }: { map: Section; ranking?: Section; list: MeasureList; wall: boolean }) {
  const { t, loc } = useTexts();
  const { area, period, value, change } = useAddress();
  const choices = pickMeasures(list, map.measures, wall);
  const ids = choices.map(({ id }) => id);
  const id = readChoice(value('show'), ids, ids.includes(map.default) ? map.default : (ids[0] ?? ''));
  const measure = choices.find((one) => one.id === id);
  // the map always shows the whole district, with the chosen street marked
  const cells = useMeasureCells(id, 'area', { area: area.slice(0, 6), period });
  useRotation(wall ? ids : [], id);
  const options = useMemo(() => choices.map((one) => ({ value: one.id, label: loc(one.title) })), [choices, loc]);
  if (!measure) return null;
  const height = wall ? wallHeight : workHeight;
  const pick = (
    <Select
      className="measure-pick"
      size="small"
      value={id}
      options={options}
      popupMatchSelectWidth={280}
      listHeight={420}
      aria-label={t('measures.pick')}
      onChange={(next: string) => change({ show: next === map.default ? null : next })}
    />
  );
  if (cells.isError) {
    return (
      <Card title={<Loc of={map.title} />} extra={pick}>
        <Failed error={cells.error} retry={() => void cells.refetch()} />
      </Card>
    );
  }
  if (!cells.data) {
    return (
      <Card title={<Loc of={map.title} />} extra={pick}>
        <BlockLoading rows={10} />
      </Card>
    );
  }
  if (!cells.data.rows.some((row) => row.value !== null)) {
    return (
      <Card title={<Loc of={map.title} />} extra={pick}>
        <Nothing title={t('chart.empty')}>
          {loc(measure.reason) || loc(cells.data.rows[0]?.reason) || t('chart.emptyText')}
        </Nothing>
      </Card>
    );
  }
  const shared = { measure, cells: cells.data.rows, period: period || list.period, height, quiet: wall };
  return (
    <>
      <MeasureMap {...shared} title={<Loc of={map.title} />} extra={pick} />
      {ranking && <MeasureRanking {...shared} title={<Loc of={ranking.title} />} />}
    </>
  );
}


/** `?rotate=20` on the wall: every 20 seconds the next indicator of the map, then the chosen tiles, then again. */
function useRotation(ids: readonly string[], shown: string): void {
  const at = ids.indexOf(shown);
  useAfterTurn(ids.length > 0, at + 1 < ids.length ? { show: ids[at + 1] ?? null } : { screen: 'tiles', show: null });
}

/** What the address becomes when the turn of what is shown is over. */
export function useAfterTurn(turns: boolean, next: Changes): void {
  const { value, change } = useAddress();
  const seconds = readCount(value('rotate'), 0, 3600);
  const after = JSON.stringify(next);
  useEffect(() => {
    if (seconds === 0 || !turns) return undefined;
    const timer = window.setTimeout(() => change(JSON.parse(after) as Changes), seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [seconds, turns, after, change]);
}
