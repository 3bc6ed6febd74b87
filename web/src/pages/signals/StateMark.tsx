import { CircleAlert, CircleCheck, CircleHelp, CircleX } from 'lucide-react';
import type { Signal } from '../../api/signals';
import { useTexts } from '../../i18n';

const icons = { raised: CircleHelp, suspected: CircleAlert, dismissed: CircleX, confirmed: CircleCheck, excluded: CircleX } as const;

/** Where a signal stands: a word with a mark of its own, so that colour is not needed. */
export function StateMark({ state }: { state: Signal['state'] }) {
  const { t } = useTexts();
  const Icon = icons[state];
  return (
    <span className={`signal-state signal-${state}`}>
      <Icon size={13} aria-hidden /> {t(`signalState.${state}`)}
    </span>
  );
}
