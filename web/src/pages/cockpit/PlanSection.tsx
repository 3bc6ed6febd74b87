import { Segmented, Select } from 'antd';
import { Link } from 'react-router-dom';
import type { BoardPlan, Indicator, Localized } from '../../api/types';
import { Card } from '../../components/Card';
import { Nothing } from '../../components/States';
import { StatusBar, StatusMark } from '../../components/StatusMark';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { ValueText } from '../indicators/ValueText';

/** The plan at a glance: how many reached their target, then every indicator by field. */
export function PlanSection({ title, plans }: { title: Localized; plans: BoardPlan[] }) {
  const { t, loc } = useTexts();
  const { value, change, go } = useAddress();
  const plan = plans.find(({ id }) => id === value('plan')) ?? plans[0];
  if (!plan) {
    return (
      <Card title={<Loc of={title} />}>
        <Nothing title={t('cockpit.noPlans')}>{t('cockpit.noPlansText')}</Nothing>
      </Card>
    );
  }
  const choose = (id: string) => change({ plan: id });
  const source = plan.source && 'title' in plan.source ? plan.source.title : plan.source;
  return (
    <Card
      className="plan-card"
      title={<Loc of={title} />}
      note={<Loc of={plan.title} />}
      extra={
        <>
          <Segmented
            className="plan-switch only-wide"
            value={plan.id}
            onChange={choose}
            options={plans.map((one) => ({ value: one.id, label: shortTitle(loc(one.title)), title: loc(one.title) }))}
          />
          <Select
            className="plan-switch only-narrow"
            value={plan.id}
            onChange={choose}
            aria-label={t('cockpit.plan')}
            options={plans.map((one) => ({ value: one.id, label: loc(one.title) }))}
          />
        </>
      }
    >
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
      {source && (
        <p className="source">
          {t('chart.source', { source: '' })}
          <Loc of={source} />
        </p>
      )}
    </Card>
  );
}

/** Titles are long official names; the switch shows what tells them apart, the rest is the tooltip. */
export function shortTitle(title: string): string {
  const bracket = /^(.{4,}?)[(（]([^)）]+)[)）]$/.exec(title);
  const text = bracket?.[1] ?? title;
  return text.length > 22 ? `${text.slice(0, 21)}…` : text;
}

function FieldCount({ indicators }: { indicators: Indicator[] }) {
  const { t } = useTexts();
  const met = indicators.filter(({ status }) => status === 'met').length;
  return <span className="plan-field-count num">{t('cockpit.metOf', { met, all: indicators.length })}</span>;
}

function PlanRow({ indicator }: { indicator: Indicator }) {
  const { link } = useAddress();
  return (
    <li>
      <Link className="plan-row" to={link('/indicators', { plan: indicator.plan, open: indicator.id })}>
        <span className="plan-name">
          <Loc of={indicator.name} />
          {indicator.scope && (
            <small>
              <Loc of={indicator.scope} />
            </small>
          )}
        </span>
        <span className="plan-value">
          <ValueText indicator={indicator} />
        </span>
        <span className="plan-target num">
          <Loc of={indicator.target?.text ?? indicator.targetText} />
        </span>
        <StatusMark status={indicator.status} plain />
      </Link>
    </li>
  );
}
