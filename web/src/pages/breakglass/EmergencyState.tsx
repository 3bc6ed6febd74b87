import { CircleCheck, CircleX, Hourglass } from 'lucide-react';
import type { Emergency } from '../../api/types';
import { useTexts } from '../../i18n';

const icons = { waiting: Hourglass, approved: CircleCheck, objected: CircleX } as const;

export function EmergencyState({ state }: { state: Emergency['state'] }) {
  const { t } = useTexts();
  const Icon = icons[state];
  return (
    <span className={`emergency-state emergency-${state}`}>
      <Icon size={14} aria-hidden />
      {t(`emergencyState.${state}`)}
    </span>
  );
}
