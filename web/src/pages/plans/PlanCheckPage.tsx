import { Select } from 'antd';
import { usePlans } from '../../api/hooks';
import { usePlanCheck, type PlanCheck } from '../../api/plans';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { IndicatorTabs } from '../measures/IndicatorTabs';
import '../measures/measures.css';
import './plans.css';

/** What in plans and documents does not agree: internal, neutral, for who may check plans. */
export function Component() {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const plans = usePlans();
  const plan = value('plan');
  const check = usePlanCheck({ plan });
  return (
    <div className="page">
      <div className="page-head">
        <h1>{t('nav.indicators')}</h1>
      </div>
      <IndicatorTabs />
      <p className="internal-note">{t('check.internal')}</p>
      <div className="plan-bar">
        <Select
          className="plan-select"
          allowClear
          value={plan || undefined}
          placeholder={t('check.everything')}
          aria-label={t('indicators.col.planTitle')}
          options={plans.data?.items.map((one) => ({ value: one.id, label: loc(one.title) }))}
          onChange={(one?: string) => change({ plan: one ?? '' })}
        />
      </div>
      <Answer of={check} rows={12}>
        {(data) => <Findings data={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'PlanCheckPage';

function Findings({ data }: { data: PlanCheck }) {
  const { t } = useTexts();
  const rules = data.rules.filter(({ id }) => data.items.some(({ rule }) => rule === id));
  if (rules.length === 0) return <Nothing title={t('check.none')}>{t('check.noneText')}</Nothing>;
  return (
    <>
      {rules.map(({ id, name }) => {
        const items = data.items.filter(({ rule }) => rule === id);
        return (
          <Card key={id} title={<Loc of={name} />} note={t('check.count', { n: items.length })}>
            <div className="assess-scroll">
              <table className="simple-table check-table">
                <thead>
                  <tr>
                    <th scope="col">{t('indicators.col.name')}</th>
                    <th scope="col">{t('check.text')}</th>
                    <th scope="col" className="right">
                      {t('check.difference')}
                    </th>
                    <th scope="col">{t('check.reading')}</th>
                  </tr>
                </thead>
                <tbody>
                  {items.map((item, index) => (
                    <tr key={`${item.id}-${index}`}>
                      <th scope="row">
                        {item.no !== '' && <span className="secondary num">{item.no} </span>}
                        <Loc of={item.name} />
                        <small className="block secondary">
                          <Loc of={item.plan_title ?? item.source} />
                        </small>
                      </th>
                      <td>
                        <Loc of={item.text} />
                      </td>
                      <td className="right num">{item.difference || noValue}</td>
                      <td>
                        <span className="reading">
                          <Loc of={item.reading} />
                        </span>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </Card>
        );
      })}
    </>
  );
}
