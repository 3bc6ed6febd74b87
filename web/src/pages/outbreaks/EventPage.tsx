import { Button } from 'antd';
import { ArrowLeft, CircleCheck, CircleX, Hourglass } from 'lucide-react';
import { Link, useParams } from 'react-router-dom';
import { useFlow, useInstance, type Flow, type Instance } from '../../api/flows';
import { Card, Facts } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts, type Key } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { DueMark } from '../tasks/DueMark';
import { FlowDiagram } from '../tasks/FlowDiagram';
import { useFieldText } from '../tasks/InstanceFacts';
import { InstanceLog } from '../tasks/InstanceLog';
import { useAreaName } from '../tasks/TaskTable';
import { fieldsOf } from '../tasks/useCodeTexts';
import { GradeMark } from './GradeMark';
import { GradeProposal } from './GradeProposal';
import { LineList } from './LineList';
import { Reports } from './Reports';
import { RiskMatrix } from './RiskMatrix';
import { lasted, staysOf, verdictOf, type Stay } from './times';
import './outbreaks.css';
import '../tasks/tasks.css';

const views = ['facts', 'list', 'reports', 'log'] as const;

/** One signal or event from its first word to the closing report. */
export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { link } = useAddress();
  const event = useInstance(id);
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/outbreaks')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.outbreaks')}
      </Link>
      <Answer of={event} rows={10}>
        {(data) => <One key={data.id} event={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'EventPage';

const nowOf = ({ as_of }: Instance): number => Date.parse(as_of ?? '') || Date.now();

function One({ event }: { event: Instance }) {
  const { t } = useTexts();
  const { value, link } = useAddress();
  const flow = useFlow(event.flow);
  const view = readChoice(value('view'), views, 'facts');
  const at = `/outbreaks/${encodeURIComponent(event.id)}`;
  return (
    <>
      <Head event={event} />
      <nav className="page-tabs" aria-label={t('outbreak.views')}>
        {views.map((one) => (
          <Link key={one} to={link(at, { view: one === 'facts' ? null : one })} className={one === view ? 'active' : ''} aria-current={one === view ? 'page' : undefined}>
            {t(`outbreak.view.${one}`)}
          </Link>
        ))}
      </nav>
      {view === 'list' ? (
        <div className="event-list">
          <LineList event={event} />
        </div>
      ) : view === 'reports' ? (
        <Reports event={event} flow={flow} />
      ) : view === 'log' ? (
        <Card title={t('task.log')} note={t('task.logNote', { n: event.log.length })}>
          <InstanceLog instance={event} flow={flow} />
        </Card>
      ) : (
        <Overview event={event} flow={flow} />
      )}
    </>
  );
}

function Head({ event }: { event: Instance }) {
  const { t } = useTexts();
  const areaName = useAreaName();
  return (
    <div className="page-head">
      <div>
        <h1>
          <Loc of={event.subject ?? event.flow_title} />
          <GradeMark grade={event.data.grade} />
          <InternalMark />
        </h1>
        <p className="page-sub task-sub">
          <Data>{areaName(event.area)}</Data>
          <span aria-hidden>·</span>
          {event.status === 'active' ? event.tokens.map(({ token, state_name }) => <b key={token}><Loc of={state_name} /></b>) : <b><Loc of={event.end_name} /></b>}
          <span aria-hidden>·</span>
          <span>
            {t('task.startedBy')} <Data>{event.starter_name || event.starter}</Data> <span className="num">{formatInstant(event.started)}</span>
          </span>
        </p>
      </div>
    </div>
  );
}

function Overview({ event, flow }: { event: Instance; flow: Flow | undefined }) {
  const { t } = useTexts();
  return (
    <>
      <KeyFigures event={event} />
      <div className="task-grid">
        <div className="task-main">
          <Steps event={event} />
          <GradeProposal event={event} flow={flow} />
          <Times event={event} flow={flow} />
          <RiskMatrix event={event} />
        </div>
        <div className="task-side">
          <FactsCard event={event} flow={flow} />
          <FlowDiagram flow={event.flow} title={event.flow_title} present={event.tokens.map(({ state, state_name }) => ({ id: state, name: state_name }))} ended={event.end_name} />
        </div>
      </div>
      <p className="source">{t('outbreak.source')}</p>
    </>
  );
}

/** Minutes up to two hours, hours up to two days, then days. */
export function useSpan(): (ms: number) => string {
  const { t } = useTexts();
  return (ms) => {
    const minutes = ms / 60_000;
    if (minutes < 120) return t('task.span.minute', { n: formatNumber(minutes, 0) });
    if (minutes < 2880) return t('task.span.hour', { n: formatNumber(minutes / 60, 1) });
    return t('task.span.day', { n: formatNumber(minutes / 1440, 1) });
  };
}

function KeyFigures({ event }: { event: Instance }) {
  const { t } = useTexts();
  const span = useSpan();
  const first = staysOf(event.log, undefined)[0];
  const number = (field: string) => (typeof event.data[field] === 'number' ? formatNumber(event.data[field]) : noValue);
  const figures: [Key, string][] = [
    ['outbreak.cases', number('cases')],
    ['outbreak.deaths', number('deaths')],
    ['outbreak.risk', number('risk')],
    ['outbreak.toVerify', first && first.to !== '' ? span(lasted(first, nowOf(event))) : noValue],
    ['outbreak.open', span((event.ended ? Date.parse(event.ended) : nowOf(event)) - Date.parse(event.started))],
  ];
  return (
    <div className="key-figures event-figures" style={{ ['--columns' as string]: figures.length }}>
      {figures.map(([name, value]) => (
        <div key={name} className="figure">
          <div className="figure-name">{t(name)}</div>
          <div className="figure-value num">{value}</div>
        </div>
      ))}
    </div>
  );
}

/** Where it stands now, and the way to do it. */
function Steps({ event }: { event: Instance }) {
  const { t } = useTexts();
  const { link } = useAddress();
  if (event.tokens.length === 0) {
    return (
      <Card title={t('outbreak.steps')}>
        <Nothing title={t('task.nothingOpen')}>
          <Loc of={event.end_name} /> <span className="num">{formatInstant(event.ended)}</span>
        </Nothing>
      </Card>
    );
  }
  return (
    <Card title={t('outbreak.steps')}>
      <ul className="steps">
        {event.tokens.map((task) => (
          <li key={task.token}>
            <div>
              <b>
                <Loc of={task.state_name} />
              </b>{' '}
              <DueMark task={task} now={nowOf(event)} />
              <div className="secondary">
                {task.user ? <Data>{task.user_name || task.user}</Data> : <><Loc of={task.actor_name} /> · {t('task.nobody')}</>}
              </div>
            </div>
            <Link to={link(`/tasks/${encodeURIComponent(event.id)}`, { token: task.token })}>
              <Button type={task.moves.length > 0 ? 'primary' : 'default'} tabIndex={-1}>
                {t(task.moves.length > 0 ? 'outbreak.handle' : 'outbreak.look')}
              </Button>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

const marks = { kept: CircleCheck, missed: CircleX, running: Hourglass, none: Hourglass };

/** Each step with its deadline: how long it took, and whether that was in time. */
function Times({ event, flow }: { event: Instance; flow: Flow | undefined }) {
  const { t } = useTexts();
  const stays = staysOf(event.log, flow);
  return (
    <Card title={t('outbreak.times')} note={t('outbreak.timesNote')}>
      <div className="plain-table" tabIndex={0} role="group" aria-label={t('outbreak.times')}>
        <table>
          <thead>
            <tr>
              {(['task.state', 'outbreak.from', 'outbreak.lasted', 'outbreak.limit', 'outbreak.verdict'] as const).map((key) => (
                <th key={key} scope="col">
                  {t(key)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {stays.map((stay, index) => (
              <TimeRow key={index} stay={stay} now={nowOf(event)} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function TimeRow({ stay, now }: { stay: Stay; now: number }) {
  const { t } = useTexts();
  const span = useSpan();
  const verdict = verdictOf(stay, now);
  const Icon = marks[verdict];
  return (
    <tr>
      <td>
        <Loc of={stay.name} />
        {stay.by && (
          <div className="secondary">
            <Data>{stay.by}</Data>
          </div>
        )}
      </td>
      <td className="num">{formatInstant(stay.from)}</td>
      <td className="num">{span(lasted(stay, now))}</td>
      <td className="num">{stay.limit ? <Loc of={stay.limit} /> : noValue}</td>
      <td>
        <span className={`verdict-mark verdict-${verdict}`}>
          <Icon size={14} aria-hidden /> {t(`outbreak.is.${verdict}`)}
        </span>
      </td>
    </tr>
  );
}

function FactsCard({ event, flow }: { event: Instance; flow: Flow | undefined }) {
  const { t } = useTexts();
  const textOf = useFieldText(flow);
  return (
    <Card title={t('task.about')}>
      <Facts
        items={fieldsOf(event, flow).map(({ id, name, kind, value }) => [
          <Loc key={id} of={name} />,
          <span key={`${id} value`} className={typeof value === 'number' ? 'num' : ''}>
            <Loc of={textOf(id, kind, value)} />
          </span>,
        ])}
      />
    </Card>
  );
}
