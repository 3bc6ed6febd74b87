import { Ban, CircleCheck, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { DeliveryState } from '../../api/types';
import { useTexts } from '../../i18n';

const icons: Record<DeliveryState, LucideIcon> = {
  receiving: LoaderCircle,
  done: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
};

export function DeliveryStateMark({ state }: { state: DeliveryState }) {
  const { t } = useTexts();
  const Icon = icons[state] ?? Ban;
  return (
    <span className={`delivery-state delivery-${state}`}>
      <Icon size={14} strokeWidth={2} aria-hidden />
      {t(`deliveryState.${state}`)}
    </span>
  );
}
