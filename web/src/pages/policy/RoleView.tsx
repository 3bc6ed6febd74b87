import { usePolicy } from '../../api/hooks';
import type { PolicyRole } from '../../api/types';
import { Facts } from '../../components/Card';
import { noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { isPurpose } from '../audit/what';
import { ShowMark } from './ShowMark';
import { namesOf, rowLines } from './words';
import './policy.css';

/** What one role sees: whose records, which kinds, and an invented resident as it would be shown.
 *  short: without what stands beside it anyway */
export function RoleView({ role, short = false }: { role: PolicyRole; short?: boolean }) {
  const { t, loc } = useTexts();
  const policy = usePolicy().data;
  const list = (ids: readonly string[], of: Parameters<typeof namesOf>[1]) => namesOf(ids, of, loc).join(' · ') || noValue;
  const reaches = role.rows.reach !== 'none';
  return (
    <div className="role-view">
      <Facts
        items={[
          [t('policy.rows'), <Lines of={rowLines(role, policy, t, loc)} />],
          ...(reaches ? [[t('policy.kinds'), list(role.kinds, policy?.kinds)] as [string, string]] : []),
          [t('policy.permissions'), list(role.permissions, policy?.permissions)],
          [t('policy.compartments'), role.compartments.length > 0 ? list(role.compartments, policy?.compartments) : t('policy.noCompartments')],
          ...(short
            ? []
            : ([
                [t('policy.purposes'), <Purposes of={role.purposes} />],
                [t('policy.smallCounts'), t(role.smallCounts ? 'policy.smallShown' : 'policy.smallHidden', { n: policy?.smallCounts.below ?? 0 })],
                [t('policy.breakGlass'), t(role.breakGlass ? 'policy.yes' : 'policy.no')],
                [t('policy.approval'), t(role.needsApproval ? 'policy.needed' : 'policy.notNeeded')],
              ] as [string, React.ReactNode][])),
        ]}
      />
      {role.sample && reaches && <Sample sample={role.sample} />}
    </div>
  );
}

function Lines({ of }: { of: readonly string[] }) {
  return (
    <ul>
      {of.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}


function Purposes({ of }: { of: readonly string[] }) {
  const { t } = useTexts();
  const words = of.map((one) => (isPurpose(one) ? t(`purpose.${one}`) : one));
  return <>{words.join(' · ') || noValue}</>;
}

function Sample({ sample }: { sample: NonNullable<PolicyRole['sample']> }) {
  const { t, loc } = useTexts();
  return (
    <table className="sample">
      <caption>{t('policy.sample')}</caption>
      <thead className="visually-hidden">
        <tr>
          <th scope="col">{t('policy.field')}</th>
          <th scope="col">{t('policy.shownAs')}</th>
          <th scope="col">{t('policy.how')}</th>
        </tr>
      </thead>
      <tbody>
        {sample.map(({ id, name, show, value }) => (
          <tr key={id}>
            <th scope="row">{loc(name)}</th>
            <td className="num">{value ? <Data>{value}</Data> : <span className="secondary">{noValue}</span>}</td>
            <td>
              <ShowMark show={show} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
