import { Button, Popover, Segmented } from 'antd';
import { CalendarDays, ChevronLeft, ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { useStatus } from '../api/hooks';
import { useTexts } from '../i18n';
import { parsePeriod, stepPeriod, weeksOfYear, writePeriod, type Period, type PeriodKind } from '../state/period';
import { useAddress } from '../state/useAddress';
import { usePeriodName } from '../state/usePeriod';

const kinds = ['year', 'quarter', 'month', 'week'] as const;
const yearsBack = 6;

function choices(kind: PeriodKind, year: number, lastYear: number): Period[] {
  const make = (part: number): Period => ({ kind, year, part, month: kind === 'month' ? part : 0 });
  const count = kind === 'quarter' ? 4 : kind === 'month' ? 12 : weeksOfYear(year);
  if (kind === 'year') {
    return Array.from({ length: yearsBack }, (_, index) => ({ ...make(0), year: lastYear - yearsBack + 1 + index }));
  }
  return Array.from({ length: count }, (_, index) => make(index + 1));
}

export function PeriodPicker() {
  const { t } = useTexts();
  const { period: text, change } = useAddress();
  const [open, setOpen] = useState(false);
  const status = useStatus();
  const name = usePeriodName();
  const lastYear = Number((status.data?.now ?? '').slice(0, 4)) || new Date().getFullYear();
  const shown: Period = parsePeriod(text) ?? { kind: 'year', year: lastYear, part: 0, month: 0 };
  const set = (period: Period | null) => change({ period: period && writePeriod(period), page: null }, true);

  return (
    <div className="period-picker">
      <Button
        type="text"
        icon={<ChevronLeft size={15} aria-hidden />}
        aria-label={t('period.earlier')}
        onClick={() => set(stepPeriod(shown, -1))}
      />
      <Popover
        open={open}
        onOpenChange={setOpen}
        trigger="click"
        placement="bottomLeft"
        content={
          <PeriodPanel
            shown={shown}
            lastYear={lastYear}
            onPick={(period) => {
              set(period);
              setOpen(false);
            }}
          />
        }
      >
        <Button type="text" className="period-value" icon={<CalendarDays size={14} strokeWidth={1.8} aria-hidden />}>
          {name(writePeriod(shown))}
        </Button>
      </Popover>
      <Button
        type="text"
        icon={<ChevronRight size={15} aria-hidden />}
        aria-label={t('period.later')}
        onClick={() => set(stepPeriod(shown, 1))}
      />
    </div>
  );
}

interface PanelProps {
  shown: Period;
  lastYear: number;
  onPick: (period: Period | null) => void;
}

function PeriodPanel({ shown, lastYear, onPick }: PanelProps) {
  const { t } = useTexts();
  const name = usePeriodName();
  const [kind, setKind] = useState<PeriodKind>(shown.kind === 'day' ? 'month' : shown.kind);
  const [year, setYear] = useState(shown.year);
  const current = writePeriod(shown);

  return (
    <div className="period-panel">
      <Segmented<PeriodKind>
        block
        value={kind}
        onChange={setKind}
        options={kinds.map((value) => ({ value, label: t(`period.${value}`) }))}
      />
      {kind !== 'year' && (
        <div className="period-year">
          <Button type="text" icon={<ChevronLeft size={15} />} aria-label={t('period.earlier')} onClick={() => setYear(year - 1)} />
          <b className="num">{year}</b>
          <Button type="text" icon={<ChevronRight size={15} />} aria-label={t('period.later')} onClick={() => setYear(year + 1)} />
        </div>
      )}
      <div className={`period-grid period-grid-${kind}`}>
        {choices(kind, year, lastYear).map((period) => {
          const value = writePeriod(period);
          return (
            <button
              type="button"
              key={value}
              className={value === current ? 'chosen' : ''}
              title={name(value)}
              onClick={() => onPick(period)}
            >
              {kind === 'week' ? period.part : name(value, true)}
            </button>
          );
        })}
      </div>
      <Button type="link" size="small" onClick={() => onPick(null)}>
        {t('period.latest')}
      </Button>
    </div>
  );
}
