import type { Measure } from '../../api/measures';
import { StatusMark } from '../../components/StatusMark';
import { shortTargetOf } from '../../format/measure';
import { Data, Loc, useTexts } from '../../i18n';

/** Target as printed with its status; that nothing is set, where no plan sets one. */
export function TargetLine({ measure, plain = true }: { measure: Measure; plain?: boolean }) {
  const { t } = useTexts();
  const { target, status, status_reason: reason } = measure;
  if (!target) return <span className="faint">{t('measures.noTarget')}</span>;
  return (
    <span className="target-line">
      {status && <StatusMark status={status} plain={plain} />}
      <span className="secondary num">
        {t('measures.target')} <Data>{shortTargetOf(measure)}</Data>
      </span>
      {reason && (
        <span className="visually-hidden">
          <Loc of={reason} />
        </span>
      )}
    </span>
  );
}
