import { Alert } from 'antd';
import { useEffect, useState } from 'react';
import { useEmergencies } from '../../api/hooks';
import { formatInstant } from '../../format/format';
import { useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { minutesLeft, openFor } from './remaining';

const tick = 20_000; // milliseconds

/** On the page of a resident who is open by break-glass: until when, and that it is reviewed. */
export function EmergencyBanner({ resident }: { resident: number }) {
  const { t } = useTexts();
  const session = useSession();
  const asks = session?.accounts === true && may(session, 'break-glass:write');
  const list = useEmergencies({ size: 50 }, asks);
  const [now, setNow] = useState(() => Date.now());
  const one = session ? openFor(list.data?.items ?? [], session.user, resident, now) : undefined;
  useEffect(() => {
    if (!one) return undefined;
    const timer = window.setInterval(() => setNow(Date.now()), tick);
    return () => window.clearInterval(timer);
  }, [one]);
  if (!one) return null;
  return (
    <Alert
      className="emergency-banner"
      type="warning"
      showIcon
      role="status"
      title={t('emergency.open', { n: minutesLeft(one, now), time: formatInstant(one.until) })}
      description={t('emergency.openText', { reason: one.reason })}
    />
  );
}
