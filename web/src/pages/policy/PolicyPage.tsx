import { Input, Segmented } from 'antd';
import { Search } from 'lucide-react';
import { usePolicy, usePolicyPreview } from '../../api/hooks';
import type { Policy, PolicyRole } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { SystemTabs } from '../system/SystemTabs';
import { Matrix } from './Matrix';
import { RoleView } from './RoleView';
import { namesOf, rolesWith } from './words';
import './policy.css';

const views = ['role', 'fields', 'kinds', 'permissions'] as const;

/** Which role sees whom, and what of them: one role with an example, or all beside one another. */
export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const policy = usePolicy();
  const view = readChoice(value('view'), views, 'role');
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q }));
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.policy')}</h1>
          <p className="page-sub">{t('help.policy')}</p>
        </div>
      </div>
      <SystemTabs />
      <div className="filters">
        <Segmented
          value={view}
          aria-label={t('policy.view')}
          options={views.map((one) => ({ value: one, label: t(`policyView.${one}`) }))}
          onChange={(next) => change({ view: next === 'role' ? null : next })}
        />
        <Input
          className="filter-text"
          allowClear
          value={text}
          prefix={<Search size={14} aria-hidden />}
          placeholder={t('policy.textHint')}
          aria-label={t('policy.textHint')}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <Answer of={policy} rows={12}>
        {(data) => <Shown policy={data} view={view} text={value('q')} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'PolicyPage';

function Shown({ policy, view, text }: { policy: Policy; view: (typeof views)[number]; text: string }) {
  const { t, loc } = useTexts();
  const roles = rolesWith(policy.roles, text, loc);
  if (roles.length === 0) return <Nothing title={t('policy.noRole')}>{t('policy.noRoleText')}</Nothing>;
  return (
    <>
      {view === 'role' ? <OneRole roles={roles} /> : <Matrix policy={policy} roles={roles} of={view} />}
      <div className="system-grid policy-rules">
        <Apart policy={policy} />
        <Card title={t('policy.breakGlass')}>
          <Facts
            items={[
              [t('policy.lasts'), t('policy.minutes', { n: policy.breakGlass.minutes })],
              [t('policy.most'), t('policy.mostADay', { n: policy.breakGlass.mostADay })],
              [t('policy.reason'), t('policy.leastReason', { n: policy.breakGlass.leastReason })],
            ]}
          />
        </Card>
        <Card title={t('policy.smallCounts')}>
          <p>{t('policy.smallText', { n: policy.smallCounts.below })}</p>
          <p className="source">{loc(policy.smallCounts.basis)}</p>
          <p>{t('policy.groupsText', { n: policy.smallGroups.below })}</p>
          <p className="source">{loc(policy.smallGroups.basis)}</p>
        </Card>
      </div>
    </>
  );
}

function OneRole({ roles }: { roles: readonly PolicyRole[] }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const chosen = roles.find(({ id }) => id === value('role')) ?? roles[0];
  const preview = usePolicyPreview(chosen ? [chosen.id] : []);
  return (
    <div className="role-grid">
      <Card className="role-list-card">
        <ul className="role-list" aria-label={t('account.roles')}>
          {roles.map(({ id, name, rows }) => (
            <li key={id}>
              <button type="button" aria-pressed={id === chosen?.id} onClick={() => change({ role: id })}>
                <span>{loc(name)}</span>
                <small>{t(`reachShort.${rows.reach}`)}</small>
              </button>
            </li>
          ))}
        </ul>
      </Card>
      <Card title={chosen ? loc(chosen.name) : ''} note={chosen && !chosen.account ? t('policy.noAccount') : undefined}>
        <Answer of={preview} rows={10}>
          {(data) => <>{data.roles[0] && <RoleView role={data.roles[0]} />}</>}
        </Answer>
      </Card>
    </div>
  );
}

/** Duties that one account must not join. */
function Apart({ policy }: { policy: Policy }) {
  const { t, loc } = useTexts();
  const names = (ids: readonly string[]) => namesOf(ids, policy.roles, loc).join(' · ');
  return (
    <Card title={t('policy.apart')}>
      <ul className="apart">
        {policy.apart.map(({ of, from, why }) => (
          <li key={loc(why)}>
            <p>{loc(why)}</p>
            <p className="secondary">
              {from.length > 0 ? t('policy.apartFrom', { of: names(of), from: names(from) }) : t('policy.apartOf', { of: names(of) })}
            </p>
          </li>
        ))}
      </ul>
    </Card>
  );
}
