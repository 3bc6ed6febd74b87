import { useCallback, useMemo } from 'react';
import { chainColour, epidemicCurve, kindColour, transmissionChain } from '../../charts/outbreak';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Nothing } from '../../components/States';
import { formatNumber, noValue } from '../../format/format';
import { useTexts, type Key } from '../../i18n';
import { useTokens } from '../../theme/useTokens';
import { chainOf, curveOf, summaryOf, type Case } from './lineList';

const known = ['confirmed', 'probable', 'suspected', 'carrier'];

function useKindName(): (kind: string) => string {
  const { t } = useTexts();
  return useCallback((kind) => (known.includes(kind) ? t(`caseKind.${kind}` as Key) : t('caseKind.none')), [t]);
}

export function CaseCharts({ cases, fileName }: { cases: readonly Case[]; fileName: string }) {
  return (
    <>
      <SummaryLine cases={cases} />
      <div className="case-charts">
        <CurveCard cases={cases} fileName={fileName} />
        <ChainCard cases={cases} fileName={fileName} />
      </div>
    </>
  );
}

function SummaryLine({ cases }: { cases: readonly Case[] }) {
  const { t } = useTexts();
  const kindName = useKindName();
  const sum = summaryOf(cases);
  if (sum.cases === 0) return null;
  const figures: [string, string][] = [
    [t('lineList.cases'), formatNumber(sum.cases)],
    ...sum.byKind.filter(({ count }) => count > 0).map(({ kind, count }): [string, string] => [kindName(kind), formatNumber(count)]),
    [t('lineList.deaths'), formatNumber(sum.deaths)],
    [t('lineList.sexes'), `${formatNumber(sum.male)} : ${formatNumber(sum.female)}`],
    [t('lineList.medianAge'), sum.medianAge === null ? noValue : t('lineList.years', { n: formatNumber(sum.medianAge, 1) })],
    [t('lineList.span'), sum.first === '' ? noValue : `${sum.first} – ${sum.last}`],
    [t('lineList.tested'), sum.tested === 0 ? noValue : `${formatNumber(sum.positive)} / ${formatNumber(sum.tested)}`],
  ];
  return (
    <dl className="case-summary">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function CurveCard({ cases, fileName }: { cases: readonly Case[]; fileName: string }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const kindName = useKindName();
  const curve = useMemo(() => curveOf(cases), [cases]);
  const option = useMemo(() => epidemicCurve({ days: curve.days, series: curve.series, nameOf: kindName, unit: t('lineList.unit') }, tokens), [curve, tokens, t, kindName]);
  if (curve.days.length === 0) {
    return (
      <Card title={t('lineList.curve')}>
        <Nothing title={t('lineList.noCurve')}>{t('lineList.noCurveText')}</Nothing>
      </Card>
    );
  }
  return (
    <ChartCard
      title={t('lineList.curve')}
      note={t('lineList.curveNote')}
      label={t('lineList.curveLabel', { n: cases.length, from: curve.days[0] ?? '', to: curve.days.at(-1) ?? '' })}
      height={260}
      fileName={`${fileName}-${t('lineList.curve')}`}
      option={option}
      table={{
        columns: [t('lineList.onset'), ...curve.series.map(({ kind }) => kindName(kind))],
        rows: curve.days.map((day, index) => [day, ...curve.series.map(({ counts }) => counts[index] ?? 0)]),
      }}
      source={
        <span className="dot-legend">
          {curve.series.map(({ kind }) => (
            <span key={kind}>
              <i style={{ background: kindColour(kind, tokens) }} />
              {kindName(kind)}
            </span>
          ))}
          {curve.left > 0 && <span>{t('lineList.left', { n: curve.left })}</span>}
        </span>
      }
    />
  );
}

function ChainCard({ cases, fileName }: { cases: readonly Case[]; fileName: string }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const kindName = useKindName();
  const chain = useMemo(() => chainOf(cases), [cases]);
  const tallest = Math.max(1, ...chain.nodes.map(({ lane }) => lane + 1));
  const option = useMemo(
    () =>
      transmissionChain(
        { nodes: chain.nodes, edges: chain.edges, nameOf: kindName, generation: (n) => t(n === 0 ? 'chain.first' : 'chain.generation', { n }), infected: (n) => t('chain.infected', { n }) },
        tokens,
      ),
    [chain, tokens, t, kindName],
  );
  if (chain.nodes.length === 0) {
    return (
      <Card title={t('chain.title')}>
        <Nothing title={t('chain.none')}>{t('chain.noneText')}</Nothing>
      </Card>
    );
  }
  return (
    <ChartCard
      title={t('chain.title')}
      note={t('chain.note')}
      label={t('chain.label', { n: chain.nodes.length, links: chain.edges.length })}
      height={Math.min(560, Math.max(260, tallest * 34 + 50))}
      fileName={`${fileName}-${t('chain.title')}`}
      option={option}
      table={{
        columns: [t('chain.case'), t('chain.of'), t('chain.generationName'), t('chain.infectedName'), t('lineList.onset')],
        rows: chain.nodes.map((node) => [`${node.no} ${node.name}`.trim(), chain.edges.find(({ to }) => to === node.no)?.from ?? '', node.generation, node.infected, node.onset]),
      }}
      source={
        <span className="dot-legend">
          {[...new Set(chain.nodes.map(({ kind }) => kind))].map((kind) => (
            <span key={kind}>
              <i style={{ background: chainColour(kind) }} />
              {kindName(kind)}
            </span>
          ))}
          {chain.unknown.length > 0 && <span>{t('chain.unknown', { nos: chain.unknown.join(', ') })}</span>}
        </span>
      }
    />
  );
}
