import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, Popconfirm } from 'antd';
import { useEffect, useId, useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import { useAreas, useUser } from '../../api/hooks';
import type { Account, AccountPassword } from '../../api/types';
import { Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer } from '../../components/States';
import { formatInstant, noValue } from '../../format/format';
import { Data, useTexts, type Key } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { AccountMarks } from './AccountMarks';
import { OneTimePassword } from './OneTimePassword';
import { areaNames, draftOf, isAccountName, isSame, noRights, rightsOf } from './rights';
import { RightsForm } from './RightsForm';

/** In the address instead of a name; no account can be called so. */
export const newAccount = '+new';

interface Props {
  name: string;
  onClose: () => void;
  onOpen: (name: string) => void;
}

/** One account, or the form for a new one, beside the list. */
export function UserPanel({ name, onClose, onOpen }: Props) {
  const { t } = useTexts();
  const session = useSession();
  const adding = name === newAccount;
  const user = useUser(adding ? '' : name);
  const [made, setMade] = useState<AccountPassword | null>(null);
  const title = adding ? t('users.add') : name;
  const mayChange = may(session, 'users:write') && session?.accounts === true;
  return (
    <>
      <SidePanel open={name !== ''} width={560} title={title} onClose={onClose}>
        {adding
          ? mayChange && <NewAccount onMade={setMade} />
          : name !== '' && (
              <Answer of={user} rows={8}>
                {(data) => <One key={data.name} account={data} mayChange={mayChange} onPassword={setMade} />}
              </Answer>
            )}
      </SidePanel>
      <OneTimePassword
        made={made}
        onDone={() => {
          if (adding && made) onOpen(made.account.name);
          setMade(null);
        }}
      />
    </>
  );
}

/** The list and the account are asked for anew. */
function useRefresh() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/users') });
}

function NewAccount({ onMade }: { onMade: (made: AccountPassword) => void }) {
  const { t } = useTexts();
  const { busy, fault, run } = useAct();
  const refresh = useRefresh();
  const [name, setName] = useState('');
  const [display, setDisplay] = useState('');
  const [draft, setDraft] = useState(noRights);
  const id = useId();
  const badName = name !== '' && !isAccountName(name);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const shown = display.trim();
    const made = await run(() =>
      post<AccountPassword>('/api/users', { name, ...(shown ? { display: shown } : {}), ...rightsOf(draft) }),
    );
    if (!made) return;
    await refresh();
    onMade(made);
  };

  return (
    <form className="panel-form" aria-label={t('users.add')} onSubmit={(event) => void submit(event)}>
      <label htmlFor={`${id}-name`}>{t('login.name')}</label>
      <Input
        id={`${id}-name`}
        autoFocus
        required
        maxLength={40}
        value={name}
        status={badName ? 'error' : ''}
        aria-describedby={`${id}-name-help`}
        onChange={(event) => setName(event.target.value)}
      />
      <p id={`${id}-name-help`} className={badName ? 'form-help text-missed' : 'form-help'}>
        {t('users.nameHelp')}
      </p>
      <label htmlFor={`${id}-display`}>{t('account.display')}</label>
      <Input id={`${id}-display`} maxLength={60} value={display} onChange={(event) => setDisplay(event.target.value)} />
      <RightsForm draft={draft} onChange={setDraft} />
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" htmlType="submit" loading={busy} disabled={!isAccountName(name) || draft.roles.length === 0}>
          {t('users.addAct')}
        </Button>
      </div>
    </form>
  );
}

interface OneProps {
  account: Account;
  mayChange: boolean;
  onPassword: (made: AccountPassword) => void;
}

function One({ account, mayChange, onPassword }: OneProps) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const session = useSession();
  const areas = useAreas();
  const own = session?.user === account.name;
  return (
    <>
      <Facts
        items={[
          [t('account.display'), <Data>{account.display || noValue}</Data>],
          [t('users.state'), <AccountMarks account={account} />],
          [t('account.roles'), account.roles.map(({ name }) => loc(name)).join(' · ')],
          [t('users.areas'), areaNames(account.areas, areas.data?.items ?? [], t, loc)],
          [t('users.organizations'), account.organizations.join(' · ') || noValue],
          [t('factor.title'), t(account.secondFactor ? 'users.factorOn' : 'users.factorOff')],
          [t('users.created'), <span className="num">{formatInstant(account.created)}</span>],
          [t('users.lastLogin'), <span className="num">{account.lastLogin ? formatInstant(account.lastLogin) : t('users.never')}</span>],
        ]}
      />
      {may(session, 'audit:read') && (
        <p className="panel-link">
          <a href={link('/system/audit', { user: account.name })}>{t('users.toAudit')}</a>
        </p>
      )}
      {own && <Alert type="info" showIcon title={t('users.own')} />}
      {mayChange && !own && (
        <>
          <Acts account={account} onPassword={onPassword} />
          <ChangeRights account={account} />
        </>
      )}
    </>
  );
}

function ChangeRights({ account }: { account: Account }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const { busy, fault, run } = useAct();
  const refresh = useRefresh();
  const now = draftOf(account);
  const [draft, setDraft] = useState(now);
  const stored = JSON.stringify(now);
  useEffect(() => setDraft(JSON.parse(stored) as typeof now), [stored]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const path = `/api/users/${encodeURIComponent(account.name)}/rights`;
    if (!(await run(() => post<Account>(path, rightsOf(draft))))) return;
    await refresh();
    void message.success(t('users.rightsDone'));
  };
  return (
    <form className="panel-form" aria-label={t('users.rights')} onSubmit={(event) => void submit(event)}>
      <h3>{t('users.rights')}</h3>
      <RightsForm draft={draft} onChange={setDraft} />
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" htmlType="submit" loading={busy} disabled={draft.roles.length === 0 || isSame(draft, now)}>
          {t('users.rightsAct')}
        </Button>
        <Button disabled={isSame(draft, now)} onClick={() => setDraft(now)}>
          {t('users.undo')}
        </Button>
      </div>
    </form>
  );
}

/** Password, one-time codes, sessions, lock: each says what it does before it is done. */
function Acts({ account, onPassword }: { account: Account; onPassword: (made: AccountPassword) => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const { busy, fault, run } = useAct();
  const refresh = useRefresh();
  const path = `/api/users/${encodeURIComponent(account.name)}`;
  const change = async (act: string, done: Key, body: unknown = {}) => {
    if (!(await run(() => post<Account>(`${path}/${act}`, body)))) return;
    await refresh();
    void message.success(t(done));
  };
  const reset = async () => {
    const made = await run(() => post<AccountPassword>(`${path}/reset`));
    if (!made) return;
    await refresh();
    onPassword(made);
  };
  const acts: { label: Key; why: Key; danger?: boolean; run: () => Promise<void> }[] = [
    { label: 'users.reset', why: 'users.resetWhy', run: reset },
    ...(account.secondFactor
      ? [{ label: 'users.dropFactor', why: 'users.dropFactorWhy', run: () => change('second-factor/drop', 'users.dropFactorDone') } as const]
      : []),
    { label: 'users.endSessions', why: 'users.endSessionsWhy', run: () => change('sessions/end', 'users.endSessionsDone') },
    account.locked
      ? { label: 'users.unlock', why: 'users.unlockWhy', run: () => change('lock', 'users.unlockDone', { locked: false }) }
      : { label: 'users.lock', why: 'users.lockWhy', danger: true, run: () => change('lock', 'users.lockDone', { locked: true }) },
  ];
  return (
    <>
      <div className="account-acts" role="group" aria-label={t('users.acts')}>
        {acts.map(({ label, why, danger, run: act }) => (
          <Popconfirm
            key={label}
            title={t(label)}
            description={<div className="confirm-text">{t(why, { name: account.name })}</div>}
            okText={t(label)}
            okButtonProps={{ danger }}
            cancelText={t('act.cancel')}
            onConfirm={() => void act()}
          >
            <Button danger={danger} loading={busy}>
              {t(label)}
            </Button>
          </Popconfirm>
        ))}
      </div>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </>
  );
}
