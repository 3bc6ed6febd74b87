import { Alert, Button, Input } from 'antd';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { useErrorText } from '../../components/States';
import { useTexts } from '../../i18n';
import { useSessionActs } from '../../state/session';
import { Gatehouse } from './Gatehouse';
import { DemoAccounts, Providers, useLogInOptions } from './OtherWays';

/** Name and password; the one-time code when the reader has one, and after a refusal, which never
 *  says what was wrong. */
export function LogIn() {
  const { t } = useTexts();
  const errorText = useErrorText();
  const { logIn } = useSessionActs();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [coded, setCoded] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const id = useId();
  const alert = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (error) alert.current?.focus();
  }, [error]);

  const options = useLogInOptions();

  const enter = async (who: string, word: string, digits: string) => {
    setBusy(true);
    setError(null);
    try {
      await logIn(who, word, digits);
    } catch (cause) {
      setError(cause);
      setCoded(true);
      setCode('');
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void enter(name.trim(), password, code.trim());
  };

  return (
    <Gatehouse title={t('login.title')} text={t('login.text')}>
      <form onSubmit={submit} aria-label={t('login.title')}>
        {error !== null && (
          <div ref={alert} tabIndex={-1}>
            <Alert type="error" showIcon title={errorText(error)} role="alert" />
          </div>
        )}
        <label htmlFor={`${id}-name`}>{t('login.name')}</label>
        <Input id={`${id}-name`} autoComplete="username" autoFocus required value={name} onChange={(event) => setName(event.target.value)} />
        <label htmlFor={`${id}-password`}>{t('login.password')}</label>
        <Input.Password id={`${id}-password`} autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        {coded ? (
          <>
            <label htmlFor={`${id}-code`}>{t('login.code')}</label>
            <Input id={`${id}-code`} autoComplete="one-time-code" inputMode="numeric" maxLength={6} value={code} onChange={(event) => setCode(event.target.value)} />
          </>
        ) : (
          <Button type="link" className="login-more" onClick={() => setCoded(true)}>
            {t('login.withCode')}
          </Button>
        )}
        <Button type="primary" htmlType="submit" block loading={busy}>
          {t('login.act')}
        </Button>
      </form>
      {options && <Providers options={options} />}
      {options && <DemoAccounts options={options} busy={busy} onChoose={(who, word) => void enter(who, word, '')} />}
    </Gatehouse>
  );
}
