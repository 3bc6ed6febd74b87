import { CircleCheck, KeyRound, LockKeyhole } from 'lucide-react';
import type { Account } from '../../api/types';
import { useTexts } from '../../i18n';

/** How an account is: always an icon and a word, never colour alone. */
export function AccountMarks({ account }: { account: Account }) {
  const { t } = useTexts();
  if (account.locked)
    return (
      <span className="account-mark account-locked">
        <LockKeyhole size={14} aria-hidden />
        {t('accountState.locked')}
      </span>
    );
  if (account.mustChange)
    return (
      <span className="account-mark account-waiting">
        <KeyRound size={14} aria-hidden />
        {t('accountState.first-password')}
      </span>
    );
  return (
    <span className="account-mark account-active">
      <CircleCheck size={14} aria-hidden />
      {t('accountState.active')}
    </span>
  );
}
