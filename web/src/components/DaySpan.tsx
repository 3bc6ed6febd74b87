import { DatePicker } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useTexts } from '../i18n';

const dayFormat = 'YYYY-MM-DD';

interface Props {
  /** of the first day's input, for its label */
  id: string;
  from: string; // '' = none
  to: string;
  /** a day may be left out */
  optional?: boolean;
  onFrom: (day: string) => void;
  onTo: (day: string) => void;
}

/** Two days, the first not after the last, in the language of the page whatever that of the browser is. */
export function DaySpan({ id, from, to, optional = false, onFrom, onTo }: Props) {
  const { t } = useTexts();
  const shown = (day: string) => (day === '' ? null : dayjs(day, dayFormat));
  const text = (day: Dayjs | null) => day?.format(dayFormat) ?? '';
  return (
    <span className="day-span">
      <DatePicker id={id} className="filter-day" format={dayFormat} allowClear={optional} value={shown(from)} maxDate={shown(to) ?? undefined} onChange={(day: Dayjs | null) => onFrom(text(day))} />
      <span className="faint">–</span>
      <DatePicker aria-label={t('reconcile.to')} className="filter-day" format={dayFormat} allowClear={optional} value={shown(to)} minDate={shown(from) ?? undefined} onChange={(day: Dayjs | null) => onTo(text(day))} />
    </span>
  );
}
