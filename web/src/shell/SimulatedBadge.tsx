import { Tooltip } from 'antd';
import { useStatus } from '../api/hooks';
import { useTexts } from '../i18n';

export function SimulatedBadge() {
  const { t } = useTexts();
  const status = useStatus();
  if (!status.data?.store.simulated) return null;
  return (
    <Tooltip title={t('shell.simulatedWhy')}>
      <span className="simulated">{t('shell.simulated')}</span>
    </Tooltip>
  );
}
