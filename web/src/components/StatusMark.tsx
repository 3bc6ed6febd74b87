import type { IndicatorStatus, StatusCounts } from '../api/types';
import { barParts, countAll, statuses } from '../format/status';
import { formatShare } from '../format/format';
import { useTexts } from '../i18n';

/** Check, half circle, cross, question mark: the shape says it without the colour. */
export function StatusIcon({ status }: { status: IndicatorStatus }) {
  return (
    <svg className={`status-icon status-${status}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      {status === 'nearly' ? (
        <>
          <circle cx="8" cy="8" r="6.2" fill="none" stroke="currentColor" strokeWidth="1.6" />
          <path d="M8 1.8a6.2 6.2 0 0 1 0 12.4z" fill="currentColor" />
        </>
      ) : (
        <circle cx="8" cy="8" r="7" fill="currentColor" />
      )}
      {status === 'met' && <path className="status-cut" d="M4.6 8.3l2.4 2.4 4.4-5" />}
      {status === 'missed' && <path className="status-cut" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" />}
      {status === 'not_decidable' && (
        <>
          <path className="status-cut" d="M6 6.3a2 2 0 1 1 3 1.8c-.7.4-1 .8-1 1.4" />
          <circle cx="8" cy="11.6" r="1" className="status-dot" />
        </>
      )}
    </svg>
  );
}

export function StatusMark({ status, plain = false }: { status: IndicatorStatus; plain?: boolean }) {
  const { t } = useTexts();
  return (
    <span className={`status-mark status-${status}${plain ? ' status-plain' : ''}`}>
      <StatusIcon status={status} />
      {t(`status.${status}`)}
    </span>
  );
}

/** One bar over all indicators of a plan; the legend below it carries icon, word, count and share. */
export function StatusBar({ counts, onPick }: { counts: StatusCounts; onPick?: (status: IndicatorStatus) => void }) {
  const { t } = useTexts();
  const all = countAll(counts);
  return (
    <div className="status-summary">
      <div className="status-bar" aria-hidden="true">
        {barParts(counts).map(({ status, width }) => (
          <span key={status} className={`status-part status-${status}`} style={{ width: `${width}%` }} />
        ))}
      </div>
      <ul className="status-legend">
        {statuses.map((status) => {
          const count = counts[status] ?? 0;
          const body = (
            <>
              <StatusIcon status={status} />
              <span>{t(`status.${status}`)}</span>
              <b className="num">{count}</b>
              <span className="num faint">{formatShare(count, all)}</span>
            </>
          );
          return (
            <li key={status}>
              {onPick ? (
                <button type="button" onClick={() => onPick(status)} title={t('cockpit.showThese')}>
                  {body}
                </button>
              ) : (
                <span className="status-legend-entry">{body}</span>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
