import { Button, Dropdown } from 'antd';
import { CircleUserRound } from 'lucide-react';
import { Data, useTexts } from '../i18n';
import { useSession, useSessionActs } from '../state/session';
import { useAddress } from '../state/useAddress';

/** Name of who is logged in, with their account and the way out; nothing in a store without accounts. */
export function AccountMenu() {
  const { t } = useTexts();
  const { go } = useAddress();
  const session = useSession();
  const { logOut } = useSessionActs();
  if (!session?.accounts) return null;
  const items = [
    { key: 'account', label: t('account.title'), onClick: () => void go('/account') },
    { key: 'out', label: t('account.logOut'), onClick: () => void logOut() },
  ];
  return (
    <Dropdown menu={{ items }} trigger={['click']}>
      <Button type="text" className="account-button" icon={<CircleUserRound size={16} strokeWidth={1.8} aria-hidden />} aria-haspopup="menu">
        <span className="account-label">
          <Data>{session.display}</Data>
        </span>
      </Button>
    </Dropdown>
  );
}
