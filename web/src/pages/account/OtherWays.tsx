import { Alert, Button } from 'antd';
import { useQuery } from '@tanstack/react-query';
import { ApiError, get } from '../../api/client';
import type { LogInOptions } from '../../api/types';
import { Data, useTexts } from '../../i18n';

/** What the hub offers besides name and password. */
export function useLogInOptions() {
  return useQuery<LogInOptions, ApiError>({
    queryKey: ['/api/log-in'],
    queryFn: ({ signal }) => get<LogInOptions>('/api/log-in', {}, signal),
    staleTime: Infinity,
    retry: false,
  }).data;
}

/** Identity providers: the browser goes there and comes back to where it is now. */
export function Providers({ options }: { options: LogInOptions }) {
  const { t, loc } = useTexts();
  const came = new URLSearchParams(window.location.search).get('login');
  const to = came ? '/' : `${window.location.pathname}${window.location.search}`;
  if (options.providers.length === 0) return null;
  return (
    <section className="login-ways" aria-label={t('login.others')}>
      {(came === 'refused' || came === 'unavailable') && (
        <Alert type="error" showIcon role="alert" title={t(came === 'refused' ? 'login.refused' : 'login.unavailable')} />
      )}
      {options.providers.map(({ id, name }) => (
        <Button key={id} block href={`/auth/${encodeURIComponent(id)}/start?to=${encodeURIComponent(to)}`}>
          {t('login.with')} {loc(name)}
        </Button>
      ))}
    </section>
  );
}

/** The accounts of a simulated district: one press logs in. */
export function DemoAccounts({ options, busy, onChoose }: { options: LogInOptions; busy: boolean; onChoose: (name: string, password: string) => void }) {
  const { t, loc } = useTexts();
  const demo = options.demo;
  if (!demo) return null;
  return (
    <section className="login-demo" aria-label={t('login.demo')}>
      <h2>{t('login.demo')}</h2>
      <p className="card-note">{t('login.demoText')}</p>
      <ul>
        {demo.accounts.map(({ name, display, roles }) => (
          <li key={name}>
            <Button size="small" disabled={busy} onClick={() => onChoose(name, demo.password)} title={name}>
              {roles[0] ? loc(roles[0]) : <Data>{display}</Data>}
            </Button>
          </li>
        ))}
      </ul>
      <p className="card-note">
        {t('login.password')}: <code>{demo.password}</code>
      </p>
    </section>
  );
}
