import { useMemo } from 'react';
import type { BoardSection } from '../../api/types';
import { pyramidOption } from '../../charts/people';
import { Card } from '../../components/Card';
import { ChartCard } from '../../components/ChartCard';
import { Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { usePeriodName } from '../../state/usePeriod';
import { useTokens } from '../../theme/useTokens';

type Section = Extract<BoardSection, { kind: 'pyramid' }>;

const oldest = 85; // the band that has no end
const youngest = 15; // 0–14
const older = 60;

export function PyramidSection({ section, quiet, height }: { section: Section; quiet: boolean; height: number }) {
  const { t, loc } = useTexts();
  const tokens = useTokens();
  const periodName = usePeriodName();
  const { rows } = section;
  const unit = loc(section.unit);
  const words = useMemo(
    () => ({
      band: (first: number) => (first >= oldest ? t('pyramid.open', { first }) : t('pyramid.band', { first, last: first + 4 })),
      male: t('gender.male'),
      female: t('gender.female'),
      value: (value: number) => `${formatNumber(value, 0)} ${unit}`,
    }),
    [t, unit],
  );
  const option = useMemo(() => pyramidOption(rows, tokens, words), [rows, tokens, words]);
  const sum = (fits: (band: number) => boolean) =>
    rows.reduce((all, { ageBand, male, female }) => all + (fits(ageBand) ? male + female : 0), 0);
  const all = sum(() => true);
  if (all === 0) {
    return (
      <Card title={<Loc of={section.title} />}>
        <Nothing title={t('chart.empty')}>{t('chart.emptyText')}</Nothing>
      </Card>
    );
  }
  const share = (part: number) => formatNumber((part / all) * 100, 1);
  return (
    <ChartCard
      title={<Loc of={section.title} />}
      label={t('pyramid.label', { n: formatNumber(all, 0) })}
      height={height}
      fileName={`${loc(section.title)}-${section.period}`}
      option={option}
      quiet={quiet}
      table={{
        columns: [t('resident.age'), t('gender.male'), t('gender.female')],
        rows: rows.map(({ ageBand, male, female }) => [words.band(ageBand), male, female]),
      }}
      source={
        <>
          <span className="pyramid-shares">
            {t('pyramid.shares', { young: share(sum((band) => band < youngest)), old: share(sum((band) => band >= older)) })}
          </span>
          {!quiet && (
            <span title={loc(section.basis)}>
              {t('chart.source', { source: '' })}
              <Loc of={section.source} /> · {periodName(section.period)}
            </span>
          )}
        </>
      }
    />
  );
}
