import { Link } from 'react-router-dom';
import type { BoardPlan, Indicator, Localized } from '../../api/types';
import { Card } from '../../components/Card';
import { Nothing } from '../../components/States';
import { StatusBar, StatusMark } from '../../components/StatusMark';
import { barParts, countAll } from '../../format/status';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { TargetText } from '../indicators/TargetText';
import { ValueText } from '../indicators/ValueText';

/** The plan at a glance: how many reached their target, then every indicator by field. */
export function PlanSection({ title, plans }: { title: Localized; plans: BoardPlan[] }) {
  const { t } = useTexts();
  const { value, go } = useAddress();
  const plan = plans.find(({ id }) => id === value('plan')) ?? plans[0];
  if (!plan) {
    return (
      <Card title={<Loc of={title} />}>
        <Nothing title={t('cockpit.noPlans')}>{t('cockpit.noPlansText')}</Nothing>
      </Card>
    );
  }
  return (
    <Card
      className="plan-card"
      title={<Loc of={title} />}
    >
      <PlanSwitch plans={plans} chosen={plan.id} />
      <StatusBar counts={plan.counts} onPick={(status) => go('/indicators', { plan: plan.id, status })} />
      <div className="plan-fields">
        {plan.fields.map(({ field, indicators }) => (
          <section key={field.zh} className="plan-field">
            <h3>
              <Loc of={field} />
              <FieldCount indicators={indicators} />
            </h3>
            <ul>
              {indicators.map((indicator) => (
                <PlanRow key={indicator.id} indicator={indicator} />
              ))}
            </ul>
          </section>
        ))}
      </div>
      <p className="source">
        {t('chart.source', { source: '' })}
        <Loc of={plan.source.title} />
      </p>
    </Card>
  );
}

/** All plans side by side: title, how many of how many are met, and the parts. */
function PlanSwitch({ plans, chosen }: { plans: BoardPlan[]; chosen: string }) {
  const { t } = useTexts();
  const { change } = useAddress();
  if (plans.length < 2) return null;
  return (
    <div className="plan-switch" role="group" aria-label={t('cockpit.plan')}>
      {plans.map(({ id, title, counts }) => (
        <button
          type="button"
          key={id}
          className={id === chosen ? 'chosen' : ''}
          aria-pressed={id === chosen}
          onClick={() => change({ plan: id === plans[0]?.id ? null : id })}
        >
          <span className="plan-title">
            <Loc of={title} />
          </span>
          <span className="plan-share">
            <span className="status-bar" aria-hidden="true">
              {barParts(counts).map(({ status, width }) => (
                <span key={status} className={`status-part status-${status}`} style={{ width: `${width}%` }} />
              ))}
            </span>
            <span className="num">{t('cockpit.metOf', { met: counts.met ?? 0, all: countAll(counts) })}</span>
          </span>
        </button>
      ))}
    </div>
  );
}

function FieldCount({ indicators }: { indicators: Indicator[] }) {
  const { t } = useTexts();
  const met = indicators.filter(({ status }) => status === 'met').length;
  return <span className="plan-field-count num">{t('cockpit.metOf', { met, all: indicators.length })}</span>;
}

function PlanRow({ indicator }: { indicator: Indicator }) {
  const { link } = useAddress();
  const { language } = useTexts();
  return (
    <li>
      <Link className="plan-row" to={link('/indicators', { plan: indicator.plan, open: indicator.id })}>
        <span className="plan-name" title={language === 'zh' ? indicator.name.zh : indicator.name.en}>
          <Loc of={indicator.name} />
          {indicator.scope && (
            <small>
              <Loc of={indicator.scope} />
            </small>
          )}
        </span>
        <span className="plan-value" title={indicator.valueText}>
          <ValueText indicator={indicator} />
        </span>
        <span className="plan-target num">
          <TargetText indicator={indicator} />
        </span>
        <StatusMark status={indicator.status} plain />
      </Link>
    </li>
  );
}

/** All plans with their shares only, for the wall. */
export function PlanShares({ title, plans }: { title: Localized; plans: readonly Pick<BoardPlan, 'id' | 'title' | 'counts'>[] }) {
  const { t } = useTexts();
  return (
    <Card title={<Loc of={title} />} className="plan-shares">
      <ul>
        {plans.map(({ id, title: name, counts }) => (
          <li key={id} className="plan-share">
            <span className="plan-title">
              <Loc of={name} />
            </span>
            <span className="status-bar" aria-hidden="true">
              {barParts(counts).map(({ status, width }) => (
                <span key={status} className={`status-part status-${status}`} style={{ width: `${width}%` }} />
              ))}
            </span>
            <span className="num">{t('cockpit.metOf', { met: counts.met ?? 0, all: countAll(counts) })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
