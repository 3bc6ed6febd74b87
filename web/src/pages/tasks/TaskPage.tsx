import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { ArrowLeft, UserRound } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useFlow, useInstance, type Instance, type Task } from '../../api/flows';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { MonthEvents } from '../outbreaks/MonthEvents';
import { Reports } from '../outbreaks/Reports';
import { isNews } from './acts';
import { ActPanel } from './ActPanel';
import { DueMark } from './DueMark';
import { isMonth } from './due';
import { FlowDiagram } from './FlowDiagram';
import { InstanceFacts } from './InstanceFacts';
import { InstanceLog } from './InstanceLog';
import './tasks.css';

/** One instance on one screen: what can be done here, what it is about, what happened so far, where it stands. */
export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { link } = useAddress();
  const instance = useInstance(id);
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/tasks')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.tasks')}
      </Link>
      <Answer of={instance} rows={10}>
        {(data) => <One key={data.id} instance={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'TaskPage';

function One({ instance }: { instance: Instance }) {
  const { t } = useTexts();
  const { value, link } = useAddress();
  const session = useSession();
  const flow = useFlow(instance.flow);
  const { tokens } = instance;
  const task = tokens.find(({ token }) => String(token) === value('token')) ?? tokens.find(({ moves }) => moves.length > 0) ?? tokens[0];
  const seen = useSeen(instance);
  return (
    <>
      <Head instance={instance} task={task} />
      {tokens.length > 1 && (
        <nav className="page-tabs" aria-label={t('task.parts')}>
          {tokens.map((one) => (
            <Link key={one.token} to={link(`/tasks/${encodeURIComponent(instance.id)}`, { token: one.token })} className={one === task ? 'active' : ''} aria-current={one === task ? 'page' : undefined}>
              <Loc of={one.state_name} />
            </Link>
          ))}
        </nav>
      )}
      <div className="task-grid">
        <div className="task-main">
          <Meanwhile instance={instance} seen={seen} />
          {task ? (
            may(session, 'tasks:write') && task.moves.length > 0 ? (
              <ActPanel key={`${task.token} ${task.state}`} instance={instance} task={task} seen={seen.at} onActed={seen.take} />
            ) : (
              <Card title={<Loc of={task.state_name} />}>
                <Nothing title={t('task.notYours')}>
                  <Waits task={task} now={nowOf(instance)} />
                </Nothing>
              </Card>
            )
          ) : (
            <Card>
              <Nothing title={instance.end_name ? t('task.endedAs', { name: '' }) : t('task.nothingOpen')}>
                <Loc of={instance.end_name} /> {instance.ended && <span className="num">{formatInstant(instance.ended)}</span>}
              </Nothing>
            </Card>
          )}
          {isMonthly(instance) && <MonthEvents month={instance.data.month as string} />}
          {isMonthly(instance) && instance.log.some(({ form }) => form?.startsWith('report-')) && <Reports event={instance} flow={flow} />}
        </div>
        <div className="task-side">
          <Card title={t('task.about')}>
            <InstanceFacts instance={instance} flow={flow} />
            {task?.resident !== undefined && may(session, 'residents:read') && (
              <p className="panel-link">
                <Link to={link(`/residents/${task.resident}`)}>
                  <UserRound size={14} aria-hidden /> {t('task.toResident')}
                </Link>
              </p>
            )}
          </Card>
          <Card title={t('task.log')} note={t('task.logNote', { n: instance.log.length })}>
            <InstanceLog instance={instance} flow={flow} />
          </Card>
          <FlowDiagram flow={instance.flow} title={instance.flow_title} present={instance.tokens.map(({ state, state_name }) => ({ id: state, name: state_name }))} ended={instance.end_name} />
        </div>
      </div>
    </>
  );
}

function Waits({ task, now }: { task: Task; now: number }) {
  const { t } = useTexts();
  return (
    <>
      <p>
        {t('task.waitsFor')} <Loc of={task.actor_name} /> {task.user && <Data>{task.user_name || task.user}</Data>}
      </p>
      <DueMark task={task} now={now} date />
    </>
  );
}

/** Work about a month: an assessment that looks at what happened in it. */
const isMonthly = ({ data }: Instance): boolean => typeof data.month === 'string' && isMonth(data.month);

/** The hub's time of flows, milliseconds. */
const nowOf = ({ as_of }: Instance): number => Date.parse(as_of ?? '') || Date.now();

function Head({ instance, task }: { instance: Instance; task: Task | undefined }) {
  const { t } = useTexts();
  return (
    <div className="page-head">
      <div>
        <h1>
          <Loc of={instance.subject ?? task?.subject ?? instance.flow_title} />
          <InternalMark />
        </h1>
        <p className="page-sub task-sub">
          <Loc of={instance.flow_title} />
          {task && (
            <>
              <span aria-hidden>·</span>
              <b>
                <Loc of={task.state_name} />
              </b>
              <DueMark task={task} now={nowOf(instance)} date />
            </>
          )}
          <span aria-hidden>·</span>
          <span>
            {t('task.startedBy')} <Data>{instance.starter_name || instance.starter}</Data> <span className="num">{formatInstant(instance.started)}</span>
          </span>
        </p>
      </div>
    </div>
  );
}

interface Seen {
  /** number of the last event that the reader has looked at */
  at: number;
  take: (events?: number) => void;
}



/** What was on the screen when the work began: it moves on when the reader says so or acts, and with what clocks do. */
function useSeen(instance: Instance): Seen {
  const now = instance.seen;
  const [at, setAt] = useState(now);
  const news = instance.log.some((entry) => entry.number > at && isNews(entry));
  useEffect(() => {
    if (!news && now > at) setAt(now);
  }, [news, now, at]);
  return { at, take: (events) => setAt(events ?? now) };
}

/** Others have acted since this page was opened: what they did, before one goes on. The draft stays. */
function Meanwhile({ instance, seen }: { instance: Instance; seen: Seen }) {
  const { t } = useTexts();
  const client = useQueryClient();
  const flow = useFlow(instance.flow);
  const fresh = instance.log.filter((entry) => entry.number > seen.at && isNews(entry));
  useEffect(() => {
    if (fresh.length > 0) void client.invalidateQueries({ queryKey: ['/api/tasks'] });
  }, [fresh.length, client]);
  if (fresh.length === 0) return null;
  return (
    <section className="meanwhile" role="alert">
      <h2>{t('task.meanwhile')}</h2>
      <InstanceLog instance={{ ...instance, log: fresh }} flow={flow} plain />
      <p>{t('task.meanwhileText')}</p>
      <Button onClick={() => seen.take()}>{t('task.goOn')}</Button>
    </section>
  );
}
