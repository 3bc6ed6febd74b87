import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Policy, PolicyRole } from '../../api/types';
import { Card } from '../../components/Card';
import { useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { ShowMark } from './ShowMark';

interface Props {
  policy: Policy;
  roles: readonly PolicyRole[];
  of: 'fields' | 'kinds' | 'permissions';
}

/** All roles beside one another: a row a role, a column a group of fields, a kind or a permission. */
export function Matrix({ policy, roles, of }: Props) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const columns: readonly { id: string; name: { zh: string; en: string } }[] = policy[of];
  return (
    <Card title={t(`policyView.${of}`)} note={t(`policyNote.${of}`)} extra={of === 'fields' && <Legend />}>
      <div className="matrix" tabIndex={0} role="region" aria-label={t(`policyView.${of}`)}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('account.roles')}</th>
              {columns.map(({ id, name }) => (
                <th key={id} scope="col">
                  {loc(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {roles.map((role) => (
              <tr key={role.id}>
                <th scope="row">
                  <a href={link('/system/policy', { role: role.id, view: null })}>{loc(role.name)}</a>
                </th>
                {columns.map(({ id }) => (
                  <td key={id}>
                    <Cell role={role} of={of} id={id} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Cell({ role, of, id }: { role: PolicyRole; of: Props['of']; id: string }): ReactNode {
  const { t } = useTexts();
  const nobody = role.rows.reach === 'none';
  if (of === 'fields') return <ShowMark show={nobody ? 'none' : (role.fields[id] ?? 'none')} narrow />;
  const has = of === 'kinds' ? !nobody && role.kinds.includes(id) : role.permissions.includes(id);
  if (!has) return <span className="visually-hidden">{t('policy.no')}</span>;
  return (
    <span className="show show-full">
      <Check size={14} strokeWidth={2.2} aria-hidden />
      <span className="visually-hidden">{t('policy.yes')}</span>
    </span>
  );
}

function Legend() {
  return (
    <span className="matrix-legend">
      <ShowMark show="full" />
      <ShowMark show="masked" />
      <ShowMark show="none" />
    </span>
  );
}
