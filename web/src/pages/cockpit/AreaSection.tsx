import { Segmented } from 'antd';
import { useMemo } from 'react';
import type { AreaRow, BoardSection } from '../../api/types';
import { Card } from '../../components/Card';
import { Chart } from '../../components/Chart';
import { ChartCard } from '../../components/ChartCard';
import { Nothing } from '../../components/States';
import { mapName, useRegisteredMap } from '../../components/useRegisteredMap';
import { formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { useTokens } from '../../theme/useTokens';
import { mapClasses, mapOption, measures, ranked, rankOption, type Dress, type Measure } from './charts';

type Section = Extract<BoardSection, { kind: 'areas' }>;

const workHeight = 380; // pixels; eighteen streets at 21 pixels each
const wallHeight = 236; // pixels before the wall's zoom

function useDress(measure: Measure): Dress {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  return useMemo(
    () => ({
      tokens,
      name: (row) => loc(row.name),
      value: (value) =>
        t(`measure.${measure}.value`, { n: formatNumber(value, measure === 'visitsPerThousand' ? 1 : 0) }),
      rank: (place, of) => t('chart.rank', { place, of }),
    }),
    [tokens, t, loc, measure],
  );
}

/** `withMap`: false where another section of the page has the map already. */
export function AreaSection({ section, quiet, withMap }: { section: Section; quiet: boolean; withMap: boolean }) {
  const { t, loc } = useTexts();
  const { value, change, area } = useAddress();
  const measure = readChoice<Measure>(value('measure'), measures, 'people');
  const rows = useMemo(() => section.rows.map((row) => ({ ...row, area: row.area ?? '' })), [section.rows]);
  const height = quiet ? wallHeight : workHeight;
  const dress = useDress(measure);
  const map = useRegisteredMap();
  const periodName = usePeriodName();

  const input = useMemo(() => ({ rows, measure, dress, chosen: area }), [rows, measure, dress, area]);
  const ranking = useMemo(() => rankOption(input), [input]);
  // inside a street the rows are communities, of which the map knows nothing
  const mapped = map?.features.some(({ properties }) => rows.some((row) => row.area === properties.code));
  const drawn = useMemo(
    () => (withMap && map && mapped ? mapOption({ ...input, mapName, map, height }) : null),
    [input, map, mapped, height, withMap],
  );
  if (rows.length === 0) {
    return (
      <Card title={<Loc of={section.title} />}>
        <Nothing title={t('cockpit.noAreas')}>{t('cockpit.noAreasText')}</Nothing>
      </Card>
    );
  }

  const order = ranked(rows, measure);
  const drill = (code: string | undefined) => code && change({ area: code === area ? null : code }, true);
  const label = t('cockpit.areasLabel', { measure: t(`measure.${measure}`), n: rows.length });
  const rankChart = (
    <Chart option={ranking} height={height} label={label} onPick={({ index }) => drill(order[index]?.area)} />
  );
  return (
    <ChartCard
      title={<Loc of={section.title} />}
      note={t(`measure.${measure}.unit`)}
      label={label}
      height={height}
      fileName={`${t(`measure.${measure}`)}-${section.period}`}
      option={drawn ?? ranking}
      beside={drawn ? rankChart : undefined}
      quiet={quiet}
      onPick={(picked) => drill(drawn ? picked.name : order[picked.index]?.area)}
      table={{
        columns: [t('shell.area'), t('measure.people'), t('measure.visits'), t('measure.visitsPerThousand')],
        rows: order.map((row) => [loc(row.name), row.people, row.visits, row.visitsPerThousand]),
      }}
      extra={
        <Segmented<Measure>
          size="small"
          value={measure}
          onChange={(next) => change({ measure: next })}
          options={measures.map((one) => ({ value: one, label: t(`measure.${one}`) }))}
        />
      }
      source={
        <>
          {drawn && <Legend rows={rows} measure={measure} />}
          {t('chart.source', { source: '' })}
          <Loc of={section.source} /> · {periodName(section.period)}
        </>
      }
    />
  );
}

function Legend({ rows, measure }: { rows: readonly AreaRow[]; measure: Measure }) {
  const tokens = useTokens();
  const { t } = useTexts();
  const classes = mapClasses(rows, measure, tokens);
  return (
    <span className="map-legend" role="img" aria-label={t('chart.legend')}>
      {classes.map(({ from, colour }) => (
        <span key={from}>
          <i style={{ background: colour }} />
          <span className="num">{formatNumber(from)}</span>
        </span>
      ))}
      <span className="num">{formatNumber(classes.at(-1)?.to)}</span>
    </span>
  );
}
