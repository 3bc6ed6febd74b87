import { useCallback } from 'react';
import { useTexts } from '../i18n';
import { monthNameEn, parsePeriod } from './period';

/** The name of a period in the reader's language; `short` leaves out the year where it is a part. */
export function usePeriodName(): (text: string, short?: boolean) => string {
  const { t } = useTexts();
  return useCallback(
    (text, short = false) => {
      const period = parsePeriod(text);
      if (!period) return text;
      const { kind, year, part } = period;
      const month = monthNameEn(part);
      if (kind === 'quarter') return t(short ? 'period.nameQuarterShort' : 'period.nameQuarter', { year, part });
      if (kind === 'month') return t(short ? 'period.nameMonthShort' : 'period.nameMonth', { year, part, month });
      if (kind === 'week') return t('period.nameWeek', { year, part });
      return kind === 'year' ? t('period.nameYear', { year }) : text;
    },
    [t],
  );
}
