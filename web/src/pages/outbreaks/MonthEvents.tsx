import { Link } from 'react-router-dom';
import { useInstances } from '../../api/flows';
import { Card } from '../../components/Card';
import { Answer } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { daysOf, step } from '../roster/roster';
import { useAreaName } from '../tasks/TaskTable';
import { GradeMark } from './GradeMark';

const outbreakFlow = 'outbreak';

/** Signals and events of a month and of the one before: out of them the topics of an assessment are chosen. */
export function MonthEvents({ month }: { month: string }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const areaName = useAreaName();
  const days = daysOf('month', `${month}-01`);
  const from = `${step('month', `${month}-01`, -1).slice(0, 7)}-01`;
  const list = useInstances({ flow: outbreakFlow, from, to: days.at(-1), limit: 100 });
  return (
    <Card title={t('assessment.events')} note={t('roster.range', { from, to: days.at(-1) as string })}>
      <Answer of={list} rows={4}>
        {(events) =>
          events.length === 0 ? (
            <p className="secondary">{t('assessment.noEvents')}</p>
          ) : (
            <ul className="month-events">
              {events.map(({ id, subject, flow_title, data, area, started, states, end_name }) => (
                <li key={id}>
                  <Link to={link(`/outbreaks/${encodeURIComponent(id)}`)}>
                    <Loc of={subject ?? flow_title} />
                  </Link>{' '}
                  <GradeMark grade={data.grade} />
                  <div className="secondary">
                    <span className="num">{formatInstant(started)}</span> · <Data>{areaName(area)}</Data> · {end_name ? <Loc of={end_name} /> : <Loc of={states[0]?.name} />}
                    {typeof data.cases === 'number' && <> · {t('outbreak.casesN', { n: data.cases })}</>}
                  </div>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
      <p className="source">
        <Link to={link('/signals')}>{t('assessment.toSignals')}</Link>
      </p>
    </Card>
  );
}
