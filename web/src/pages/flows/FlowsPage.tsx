import { Button } from 'antd';
import { Link } from 'react-router-dom';
import { useDiagram, useFlows, type Flow } from '../../api/flows';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { Drawing } from '../tasks/FlowDiagram';
import { SystemTabs } from '../system/SystemTabs';
import './flows.css';
import '../tasks/tasks.css';

/** The flows of this store: who does what by when, as drawn from their files. */
export function Component() {
  const { t } = useTexts();
  const flows = useFlows();
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.flows')}</h1>
          <p className="page-sub">{t('help.flows')}</p>
        </div>
      </div>
      <SystemTabs />
      <Answer of={flows} rows={8}>
        {(all) => (all.length === 0 ? <Nothing title={t('flow.none')}>{t('flow.noneText')}</Nothing> : all.map((flow) => <One key={flow.id} flow={flow} />))}
      </Answer>
    </div>
  );
}
Component.displayName = 'FlowsPage';

function One({ flow }: { flow: Flow }) {
  const { t, loc, language } = useTexts();
  const { link, go } = useAddress();
  const session = useSession();
  const drawing = useDiagram(flow.id, language);
  return (
    <Card
      title={<Loc of={flow.title} />}
      note={t('flow.version', { n: flow.version })}
      extra={
        <>
          <Link to={link('/tasks', { scope: 'all', flow: flow.id })}>{t('flow.open', { n: formatNumber(flow.open) })}</Link>
          {flow.may_start && flow.start_form && may(session, 'tasks:write') && (
            <Button size="small" onClick={() => void go(`/tasks/new/${flow.id}`)}>
              {t('task.startAct')}
            </Button>
          )}
        </>
      }
    >
      {flow.description && (
        <p>
          <Loc of={flow.description} />
        </p>
      )}
      <div className="flow-grid">
        <Answer of={drawing} rows={8}>
          {(svg) => <Drawing svg={svg} ids={[]} names={[]} label={loc(flow.title)} />}
        </Answer>
        <div className="plain-table" tabIndex={0} role="group" aria-label={t('flow.states')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{t('task.state')}</th>
                <th scope="col">{t('task.owner')}</th>
                <th scope="col">{t('task.due')}</th>
                <th scope="col">{t('flow.moves')}</th>
              </tr>
            </thead>
            <tbody>
              {flow.states.map((state) => (
                <tr key={state.id}>
                  <td>
                    <Loc of={state.name} />
                  </td>
                  <td>{state.owner && <Loc of={flow.actors.find(({ id }) => id === state.owner)?.name ?? state.owner} />}</td>
                  <td className="num">
                    {state.clocks.map(({ id, within, within_name }) => (
                      <div key={id}>
                        <Loc of={within_name ?? within} />
                      </div>
                    ))}
                  </td>
                  <td>
                    {flow.moves.filter(({ from }) => from === state.id).map((move) => (
                      <div key={move.id}>
                        <Loc of={move.name} />
                      </div>
                    ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </Card>
  );
}
