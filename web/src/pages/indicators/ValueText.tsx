import type { Indicator } from '../../api/types';
import { formatNumber, noValue } from '../../format/format';
import { Data, Loc } from '../../i18n';

/** The reported value as printed, grouped by thousands where it is one number; never a silent 0. */
export function ValueText({ indicator, unit = true }: { indicator: Indicator; unit?: boolean }) {
  const { value, valueText } = indicator;
  const plain = /^-?[\d., ]+$/.test(valueText);
  const text = value !== null && plain ? formatNumber(value, 4) : valueText;
  const missing = text === '' || text === '-';
  return (
    <>
      <span className="num">
        <Data>{missing ? noValue : text}</Data>
      </span>
      {unit && !missing && indicator.unit && (
        <small className="unit">
          <Loc of={indicator.unit} />
        </small>
      )}
    </>
  );
}
