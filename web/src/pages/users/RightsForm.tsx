import { Alert, Checkbox, Select, TreeSelect } from 'antd';
import { useId, useMemo } from 'react';
import { useAreas, usePolicyPreview, useRoles } from '../../api/hooks';
import { Answer } from '../../components/States';
import { useTexts } from '../../i18n';
import { areaTree } from '../../state/areas';
import { RoleView } from '../policy/RoleView';
import type { RightsDraft } from './rights';

/** Roles, areas and institutions of an account, with what the roles show of a resident. */
export function RightsForm({ draft, onChange }: { draft: RightsDraft; onChange: (draft: RightsDraft) => void }) {
  const { t, loc } = useTexts();
  const roles = useRoles();
  const areas = useAreas();
  const tree = useMemo(() => areaTree(areas.data?.items ?? [], ({ name }) => loc(name)), [areas.data, loc]);
  const id = useId();
  return (
    <>
      <label htmlFor={`${id}-roles`}>{t('account.roles')}</label>
      <Select
        id={`${id}-roles`}
        aria-label={t('account.roles')}
        mode="multiple"
        showSearch={{ optionFilterProp: 'label' }}
        value={draft.roles}
        loading={roles.isLoading}
        placeholder={t('users.chooseRoles')}
        options={roles.data?.roles.map((role) => ({ value: role.id, label: loc(role.name) }))}
        onChange={(chosen: string[]) => onChange({ ...draft, roles: chosen })}
      />
      <RolesPreview roles={draft.roles} />
      <label htmlFor={`${id}-areas`}>{t('users.areas')}</label>
      <TreeSelect
        id={`${id}-areas`}
        aria-label={t('users.areas')}
        multiple
        treeCheckable
        treeCheckStrictly={false}
        showCheckedStrategy={TreeSelect.SHOW_PARENT}
        disabled={draft.everywhere}
        value={draft.areas}
        treeData={tree}
        treeDefaultExpandAll
        showSearch={{ treeNodeFilterProp: 'title' }}
        placeholder={t(draft.everywhere ? 'shell.allAreas' : 'users.chooseAreas')}
        notFoundContent={t('shell.noAreas')}
        onChange={(chosen: string[]) => onChange({ ...draft, areas: chosen })}
      />
      <Checkbox checked={draft.everywhere} onChange={({ target }) => onChange({ ...draft, everywhere: target.checked })}>
        {t('users.everywhere')}
      </Checkbox>
      <label htmlFor={`${id}-organizations`}>{t('users.organizations')}</label>
      <Select
        id={`${id}-organizations`}
        aria-label={t('users.organizations')}
        mode="tags"
        tokenSeparators={[' ', ',']}
        value={draft.organizations}
        open={false}
        suffixIcon={null}
        onChange={(chosen: string[]) => onChange({ ...draft, organizations: chosen })}
      />
      <p className="form-help">{t('users.organizationsHelp')}</p>
    </>
  );
}

/** What the chosen roles see, and whether one account may have them together. */
function RolesPreview({ roles }: { roles: readonly string[] }) {
  const { t, loc } = useTexts();
  const preview = usePolicyPreview(roles);
  if (roles.length === 0) return <p className="form-help">{t('users.previewEmpty')}</p>;
  return (
    <div className="roles-preview" aria-live="polite">
      <Answer of={preview} rows={4}>
        {(data) => (
          <>
            {data.conflict && <Alert type="error" showIcon title={t('policy.apartRefused', { why: loc(data.conflict) })} />}
            {data.roles.map((role) => (
              <details key={role.id} open={data.roles.length === 1}>
                <summary>{t('policy.seesOf', { role: loc(role.name) })}</summary>
                <RoleView role={role} short />
              </details>
            ))}
          </>
        )}
      </Answer>
    </div>
  );
}
