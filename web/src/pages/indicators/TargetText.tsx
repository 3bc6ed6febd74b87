import type { Indicator } from '../../api/types';
import { noValue } from '../../format/format';
import { shortTarget } from '../../format/target';
import { Loc, useTexts } from '../../i18n';

/** The target as briefly as it can be said; in full words on hover. */
export function TargetText({ indicator }: { indicator: Indicator }) {
  const { loc } = useTexts();
  const words = indicator.target?.text ?? indicator.targetText;
  const brief = shortTarget(indicator);
  return <span title={loc(words)}>{brief ?? <Loc of={words || noValue} />}</span>;
}
