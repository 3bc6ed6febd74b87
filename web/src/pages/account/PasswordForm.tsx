import { Alert, Button, Input } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { useErrorText } from '../../components/States';
import { useTexts } from '../../i18n';
import { useSessionActs } from '../../state/session';

export function PasswordForm({ onDone }: { onDone?: () => void }) {
  const { t } = useTexts();
  const errorText = useErrorText();
  const { changePassword } = useSessionActs();
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const id = useId();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setFault(fresh === again ? '' : t('password.differ'));
    if (fresh !== again) return;
    setBusy(true);
    try {
      await changePassword(old, fresh);
      setOld('');
      setFresh('');
      setAgain('');
      onDone?.();
    } catch (cause) {
      setFault(errorText(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="account-form" onSubmit={(event) => void submit(event)} aria-label={t('password.change')}>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <label htmlFor={`${id}-old`}>{t('password.old')}</label>
      <Input.Password id={`${id}-old`} autoComplete="current-password" required value={old} onChange={(event) => setOld(event.target.value)} />
      <label htmlFor={`${id}-new`}>{t('password.new')}</label>
      <Input.Password id={`${id}-new`} autoComplete="new-password" required value={fresh} onChange={(event) => setFresh(event.target.value)} />
      <label htmlFor={`${id}-again`}>{t('password.again')}</label>
      <Input.Password id={`${id}-again`} autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('password.change')}
      </Button>
    </form>
  );
}
