import { Button } from 'antd';
import { useTexts } from '../../i18n';
import { useSessionActs } from '../../state/session';
import { Gatehouse } from './Gatehouse';
import { PasswordForm } from './PasswordForm';

/** After a log-in with a password that somebody else has set. */
export function NewPassword() {
  const { t } = useTexts();
  const { logOut } = useSessionActs();
  return (
    <Gatehouse title={t('password.first')} text={t('password.firstText')}>
      <PasswordForm />
      <Button type="link" className="login-more" onClick={() => void logOut()}>
        {t('account.logOut')}
      </Button>
    </Gatehouse>
  );
}
