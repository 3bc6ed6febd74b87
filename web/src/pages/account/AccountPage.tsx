import { Alert, App, Button, Input } from 'antd';
import { useId, useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import type { SecondFactor, Session } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { useErrorText } from '../../components/States';
import { noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { useSession, useSessionActs } from '../../state/session';
import { PasswordForm } from './PasswordForm';

const factorPath = '/api/session/second-factor';

/** Who I am here, my password and my second factor. */
export function Component() {
  const { t } = useTexts();
  const { message } = App.useApp();
  const session = useSession();
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('account.title')}</h1>
          <p className="page-sub">{t('account.question')}</p>
        </div>
      </div>
      {session?.accounts ? (
        <div className="system-grid">
          <Card title={t('account.who')}>
            <Who session={session} />
          </Card>
          <Card title={t('password.change')}>
            <PasswordForm onDone={() => void message.success(t('password.done'))} />
          </Card>
          <Card title={t('factor.title')}>
            <Factor session={session} />
          </Card>
        </div>
      ) : (
        <Card>{t('account.none')}</Card>
      )}
    </div>
  );
}
Component.displayName = 'AccountPage';

function Who({ session }: { session: Session }) {
  const { t, loc } = useTexts();
  const areas = session.areas.includes('*') ? t('shell.allAreas') : session.areas.join(' ') || noValue;
  return (
    <Facts
      items={[
        [t('login.name'), session.user],
        [t('account.display'), <Data>{session.display}</Data>],
        [t('account.roles'), session.roles.map(({ name }) => loc(name)).join(' · ')],
        [t('account.areas'), areas],
      ]}
    />
  );
}

function Factor({ session }: { session: Session }) {
  const { t } = useTexts();
  const errorText = useErrorText();
  const { refresh } = useSessionActs();
  const [begun, setBegun] = useState<SecondFactor | null>(null);
  const [code, setCode] = useState('');
  const [fault, setFault] = useState('');
  const id = useId();
  if (session.secondFactor) return <p>{t('factor.on')}</p>;

  const attempt = async (act: () => Promise<unknown>) => {
    setFault('');
    try {
      await act();
    } catch (cause) {
      setFault(errorText(cause));
    }
  };
  const begin = () => attempt(async () => setBegun(await post<SecondFactor>(factorPath)));
  const confirm = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      await post<SecondFactor>(factorPath, { code: code.trim() });
      await refresh();
    });
  };

  return (
    <form className="account-form" onSubmit={confirm} aria-label={t('factor.title')}>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      {begun === null ? (
        <>
          <p>{t('factor.off')}</p>
          <Button onClick={() => void begin()}>{t('factor.begin')}</Button>
        </>
      ) : (
        <>
          <p>{t('factor.enter')}</p>
          <code className="factor-uri">{begun.uri}</code>
          <label htmlFor={`${id}-code`}>{t('login.code')}</label>
          <Input id={`${id}-code`} autoComplete="one-time-code" inputMode="numeric" maxLength={6} required value={code} onChange={(event) => setCode(event.target.value)} />
          <Button type="primary" htmlType="submit">
            {t('factor.confirm')}
          </Button>
        </>
      )}
    </form>
  );
}
