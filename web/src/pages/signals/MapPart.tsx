import { useMemo } from 'react';
import { useSignalSeries, type Signal, type SignalSeries } from '../../api/signals';
import type { AreaMap } from '../../api/types';
import { escape } from '../../charts/base';
import { areaMapOption, ratioColour, ratioOf, ratioSteps } from '../../charts/signals';
import { ChartCard } from '../../components/ChartCard';
import { Sparkline } from '../../components/Sparkline';
import { Answer, Nothing } from '../../components/States';
import { mapName, useRegisteredMap } from '../../components/useRegisteredMap';
import { useWidth } from '../../components/useWidth';
import { formatFixed, formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useTokens } from '../../theme/useTokens';

const height = 360;

/** The other subdistricts at the same time: the count against what is usual there. */
export function MapPart({ signal }: { signal: Signal }) {
  const { t } = useTexts();
  const series = useSignalSeries(signal.id);
  const map = useRegisteredMap();
  return (
    <Answer of={series} rows={8}>
      {({ areas, nearest }) => (
        <>
          {map === null || areas.length === 0 ? <Nothing title={t('map.none')}>{t('map.noneText')}</Nothing> : <Areas areas={areas} map={map} signal={signal} />}
          {nearest.length > 0 && <Nearest nearest={nearest} here={signal.area} />}
        </>
      )}
    </Answer>
  );
}

const days = 56; // as the server sends them

/** Whether what is seen here is seen next door too: the same windows of the nearest subdistricts. */
function Nearest({ nearest, here }: { nearest: SignalSeries['nearest']; here: string }) {
  const { t, loc } = useTexts();
  return (
    <>
      <h3 className="signal-sub">{t('near.title')}</h3>
      <p className="secondary">{t('near.note', { n: days })}</p>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t('near.title')}>
        <table className="near-table">
          <thead>
            <tr>
              {(['shell.area', 'near.km', 'near.course', 'map.window', 'near.usual'] as const).map((name) => (
                <th key={name} scope="col">{t(name)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {nearest.map((area) => {
              const now = area.days.at(-1)?.window ?? null;
              const usual = formatFixed(area.usual, 1);
              return (
                <tr key={area.area} className={area.area === here ? 'near-here' : ''}>
                  <th scope="row"><Loc of={area.name} /></th>
                  <td>{formatFixed(area.km, 1)}</td>
                  <td>
                    <Sparkline points={area.days.map(({ day, window }) => ({ period: day, value: window, lower: null, upper: null }))} target={area.usual} label={t('near.label', { name: loc(area.name), n: days, window: formatNumber(now, 0), usual })} />
                  </td>
                  <td>{formatNumber(now, 0)}</td>
                  <td>{usual}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}

function ratioText(ratio: number | null): string {
  if (ratio === null) return '–';
  return Number.isFinite(ratio) ? formatNumber(ratio, 1) : '> 3';
}

function Areas({ areas, map, signal }: { areas: SignalSeries['areas']; map: AreaMap; signal: Signal }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const [box, width] = useWidth();
  const option = useMemo(() => {
    const byCode = new Map(areas.map((area) => [area.area, area]));
    const name = (code: string) => {
      const area = byCode.get(code);
      return area ? loc(area.name) : '';
    };
    const tip = (code: string) => {
      const area = byCode.get(code);
      if (!area) return '';
      return [
        `<b>${escape(name(code))}</b>`,
        `${escape(t('map.window'))} ${formatNumber(area.window, 0)}`,
        `${escape(t('map.usual'))} ${area.usual === null ? '–' : formatNumber(area.usual, 1)}`,
        ...(code === signal.area ? [escape(t('map.here'))] : []),
      ].join('<br>');
    };
    return areaMapOption({ areas, map, mapName, height, width, here: signal.area, name, tip }, tokens);
  }, [areas, map, width, signal.area, loc, t, tokens]);
  return (
    <ChartCard
      className="signal-chart"
      boxRef={box}
      title={t('map.title')}
      label={t('map.label', { n: areas.length })}
      height={height}
      fileName={`${signal.id}-map`}
      option={option}
      table={{
        columns: [t('shell.area'), t('map.window'), t('map.usual'), t('map.ratio')],
        rows: areas.map((area) => [loc(area.name), area.window, area.usual, ratioText(ratioOf(area))]),
      }}
      source={
        <span className="scale" role="img" aria-label={t('chart.legend')}>
          <span>{t('map.ratio')}</span>
          {[0, ...ratioSteps].map((from) => (
            <span key={from} className="scale-step">
              <i style={{ background: ratioColour(from, tokens) }} />
              <span className="num">≥ {from}</span>
            </span>
          ))}
        </span>
      }
    />
  );
}
