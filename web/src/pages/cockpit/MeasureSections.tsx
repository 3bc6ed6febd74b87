import { Select } from 'antd';
import { useMemo, type ReactNode } from 'react';
import { useMeasureCells, useMeasures } from '../../api/measureHooks';
import type { Measure, MeasureList } from '../../api/measures';
import type { BoardSection, IndicatorStatus } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { StatusBar } from '../../components/StatusMark';
import { countAll } from '../../format/status';
import { countStatuses } from '../../format/measure';
import { Loc, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { MeasureMap, MeasureRanking } from '../measures/MeasureAreas';
import { MeasureCards } from '../measures/MeasureCards';

type Section = Extract<BoardSection, { kind: 'measure-cards' | 'measure-map' | 'measure-ranking' }>;

export const workHeight = 400; // pixels; eighteen streets at 20 each

/** Computed indicators by id, in the order of the section. */
export function pickMeasures(list: MeasureList | undefined, ids: readonly string[]): Measure[] {
  return ids
    .map((id) => list?.items.find((item) => item.id === id))
    .filter((item): item is Measure => item !== undefined);
}

interface Props {
  cards?: Section;
  map?: Section;
  ranking?: Section;
  /** what stands beside and below the map */
  children?: ReactNode;
}

/** How the district stands against its targets: the count, the main figures, then the streets. */
export function MeasureSections({ cards, map, ranking, children }: Props) {
  const { t } = useTexts();
  const { area, period, go } = useAddress();
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
  const shown = pickMeasures(data, cards?.measures ?? []);
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
      <Verdict items={data.items} onPick={(status) => void go('/indicators/computed', { status })} />
      {shown.length > 0 && <MeasureCards items={shown} asOf={data.as_of} wall={false} />}
      <div className="streets">
        {map && <Streets map={map} ranking={ranking} list={data} />}
        {children}
      </div>
    </div>
  );
}

/** The answer in one line: of so many indicators with a target, so many reached it. */
export function Verdict({ items, onPick }: { items: readonly Measure[]; onPick?: (status: IndicatorStatus) => void }) {
  const { t } = useTexts();
  const counts = countStatuses(items);
  const all = countAll(counts);
  if (all === 0) return null;
  return (
    <section className="verdict card">
      <h2>{t('measures.verdict', { met: counts.met ?? 0, all })}</h2>
      <StatusBar counts={counts} onPick={onPick} />
    </section>
  );
}

function Streets({ map, ranking, list }: { map: Section; ranking?: Section; list: MeasureList }) {
  const { t, loc } = useTexts();
  const { area, period, value, change } = useAddress();
  const choices = pickMeasures(list, map.measures);
  const ids = choices.map(({ id }) => id);
  const id = readChoice(value('show'), ids, ids.includes(map.default) ? map.default : (ids[0] ?? ''));
  const measure = choices.find((one) => one.id === id);
  // the map always shows the whole district, with the chosen street marked
  const cells = useMeasureCells(id, 'area', { area: area.slice(0, 6), period });
  const options = useMemo(() => choices.map((one) => ({ value: one.id, label: loc(one.title) })), [choices, loc]);
  if (!measure) return null;
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
  const shared = { measure, cells: cells.data.rows, period: period || list.period, height: workHeight };
  return (
    <>
      <MeasureMap {...shared} title={<Loc of={map.title} />} extra={pick} />
      {ranking && <MeasureRanking {...shared} title={<Loc of={ranking.title} />} />}
    </>
  );
}

