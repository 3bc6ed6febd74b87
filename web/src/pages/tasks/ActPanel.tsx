import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, Select } from 'antd';
import { ArrowRight, Printer, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { ApiError, get } from '../../api/client';
import { actPath, checkForm, instancePath, useFlow, useFormToFill, usePeople, type FormToFill, type Instance, type Move, type Task } from '../../api/flows';
import { Card } from '../../components/Card';
import { newKey } from '../../components/form/drafts';
import { FormPaper } from '../../components/form/FormPaper';
import { FormView } from '../../components/form/FormView';
import type { HubIssue } from '../../components/form/fhir';
import type { Written } from '../../components/form/model';
import { outbox, type Letter, type Sent } from '../../components/form/outbox';
import { useForm } from '../../components/form/useForm';
import { Answer, BlockLoading, useErrorText } from '../../components/States';
import { Loc, useTexts } from '../../i18n';
import { useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { FormProposal } from './Proposal';
import { actsOf, chosenAct, isNews, needsReason, type Act } from './acts';

interface Props {
  instance: Instance;
  task: Task;
  seen: number;
  /** gets the number of the last event */
  onActed: (events: number) => void;
}

/** What can be done at this place of work: choose, fill in, do. */
export function ActPanel(props: Props) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const acts = actsOf(props.task.moves);
  const act = chosenAct(acts, value('act'));
  return (
    <Card title={<Loc of={props.task.state_name} />} note={<Loc of={props.task.actor_name} />} className="act-card">
      {(acts.length > 1 || !act) && (
        <div className="act-list" role="group" aria-label={t('task.acts')}>
          {acts.map((one) => (
            <button key={one.id} type="button" className={one === act ? 'chip chip-on' : 'chip'} aria-pressed={one === act} onClick={() => change({ act: one.id })}>
              {one.moves.some(({ back }) => back) && <Undo2 size={14} aria-hidden />}
              {one.moves.map(({ name }) => loc(name)).join(' / ')}
            </button>
          ))}
        </div>
      )}
      {act ? act.form ? <WithForm key={act.id} {...props} act={act} form={act.form} /> : <WithoutForm key={act.id} {...props} act={act} /> : <p className="secondary">{t('task.chooseAct')}</p>}
    </Card>
  );
}

interface ActBody {
  response?: unknown;
  reason?: string;
  to?: string;
  key: string;
}

/** A reminder or a part that began between the look and the act is no reason to refuse it: it is sent again, once. */
export async function sendSeen(instance: Instance, seen: number, make: (seen: number) => Letter): Promise<Sent<Instance & { gone?: boolean }>> {
  try {
    return await outbox.send(make(seen));
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.code !== 'stale') throw cause;
    const now = await get<Instance>(instancePath(instance.id));
    if (now.log.some((entry) => entry.number > seen && isNews(entry))) throw cause;
    return outbox.send(make(now.seen));
  }
}

/** Sends an act by way of the outbox: a lost line loses nothing, a second send counts once. */
function useSend({ instance, task, seen, onActed }: Props) {
  const { t, loc } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { go } = useAddress();
  const session = useSession();
  const [busy, setBusy] = useState('');
  const [fault, setFault] = useState<ApiError | null>(null);
  const [waits, setWaits] = useState(false);
  const send = async (move: Move, body: ActBody): Promise<'sent' | 'waiting' | ApiError> => {
    setBusy(move.id);
    setFault(null);
    try {
      const title = { zh: `${instance.flow_title.zh} · ${move.name.zh}`, en: `${instance.flow_title.en} · ${move.name.en}` };
      const sent = await sendSeen(instance, seen, (known) => ({
        key: body.key, user: session?.user ?? '', path: actPath(instance.id), title, at: Date.now(),
        page: `/tasks/${encodeURIComponent(instance.id)}?token=${task.token}`,
        body: { token: task.token, seen: known, move: move.id, ...body },
      }));
      if (sent.state === 'waiting') {
        setWaits(true);
        return 'waiting';
      }
      if (sent.answer.gone) { // it is somebody else's altogether now
        void message.success(t('task.done', { name: loc(move.name) }));
        void go('/tasks');
        return 'sent';
      }
      onActed(sent.answer.seen);
      client.setQueryData([instancePath(instance.id)], sent.answer);
      void client.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/(tasks|instances|messages)/.test(String(queryKey[0])) });
      void message.success(t('task.done', { name: loc(move.name) }));
      return 'sent';
    } catch (cause) {
      const error = cause instanceof ApiError ? cause : new ApiError(-1, 'failed', String(cause), '', '');
      setFault(error);
      if (error.code === 'stale' || error.code === 'out-of-order' || error.code === 'ended') {
        void client.invalidateQueries({ queryKey: [instancePath(instance.id)] });
      }
      return error;
    } finally {
      setBusy('');
    }
  };
  return { send, busy, fault, waits };
}

function Refusal({ fault, waits }: { fault: ApiError | null; waits: boolean }) {
  const { t } = useTexts();
  const textOf = useErrorText();
  if (waits) return <Alert type="warning" showIcon role="alert" title={t('task.waits')} description={t('outbox.waitingText')} />;
  if (!fault) return null;
  const said = fault.code === 'stale' ? t('task.staleText') : textOf(withoutPlace(fault));
  return <Alert type="error" showIcon role="alert" title={t('task.refused')} description={said} />;
}

/** The id of the instance helps nobody who looks at it. */
const withoutPlace = ({ status, code, message, messageZh }: ApiError) => new ApiError(status, code, message, messageZh, '');

function WithForm(props: Props & { act: Act; form: string }) {
  const { instance, form } = props;
  const asked = useFormToFill(instance.flow, form, instance.id);
  return (
    <Answer of={asked} rows={8}>
      {(data) => <Filling {...props} begun={data} />}
    </Answer>
  );
}

function Filling(props: Props & { act: Act; form: string; begun: FormToFill }) {
  const { instance, task, act, form } = props;
  const { t, loc } = useTexts();
  const session = useSession();
  const [begun] = useState(props.begun); // asked for again or not: work goes on with what it began with
  const { send, busy, fault, waits } = useSend(props);
  const flow = useFlow(instance.flow);
  const criteria = act.moves.find(({ propose }) => propose !== undefined)?.propose;
  const state = useForm({
    questionnaire: begun.questionnaire,
    start: begun.response,
    user: session?.user ?? '',
    place: `act ${instance.id} ${task.token} ${form}`,
    check: (response) => checkForm(instance.flow, form, response),
  });
  if (!state) return <BlockLoading rows={8} />;
  const reasons = act.moves.some(needsReason);
  const doIt = async (move: Move) => {
    const written: Written | null = state.finish();
    if (!written) return;
    const reason = state.reason.trim();
    const answer = await send(move, { key: state.key, response: written.response, ...(reason ? { reason } : {}) });
    if (answer === 'sent' || answer === 'waiting') await state.sent();
    else if (answer.code === 'form') state.refuse(answer.issues as HubIssue[], written);
  };
  return (
    <div className="act-body">
      <div className="act-title">
        <h3>
          <Loc of={state.form.title} />
        </h3>
        <Button type="text" size="small" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
          {t('form.print')}
        </Button>
      </div>
      <FormPaper form={state.form} fill={state.fill} />
      <FormView state={state} label={loc(state.form.title)} />
      {criteria && <FormProposal instance={instance.id} flow={flow} criteria={criteria} state={state} />}
      {reasons && <Reason value={state.reason} onChange={state.setReason} />}
      <Refusal fault={fault?.code === 'form' ? null : fault} waits={waits} />
      <div className="panel-acts">
        {act.moves.map((move, index) => (
          <Button key={move.id} type={index === 0 ? 'primary' : 'default'} loading={busy === move.id} disabled={waits || (busy !== '' && busy !== move.id)} onClick={() => void doIt(move)}>
            {loc(move.name)}
          </Button>
        ))}
      </div>
    </div>
  );
}

function Reason({ value, onChange, needed = true }: { value: string; onChange: (text: string) => void; needed?: boolean }) {
  const { t } = useTexts();
  return (
    <label className="form-item act-reason">
      <span className="form-label">
        {t('task.reason')}
        {needed && <span className="form-required"> *</span>}
      </span>
      <Input.TextArea value={value} maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

function WithoutForm(props: Props & { act: Act }) {
  const { instance, task, act } = props;
  const { t, loc } = useTexts();
  const move = act.moves[0] as Move;
  const { send, busy, fault, waits } = useSend(props);
  const [reason, setReason] = useState('');
  const [to, setTo] = useState('');
  const [key] = useState(newKey);
  const people = usePeople(instance.id, task.token, move.kind === 'delegate');
  const needed = needsReason(move);
  const lacking = (needed && reason.trim() === '') || (move.kind === 'delegate' && to === '');
  const doIt = () => send(move, { key, ...(reason.trim() ? { reason: reason.trim() } : {}), ...(to ? { to } : {}) });
  return (
    <div className="act-body form">
      {move.kind === 'delegate' && (
        <label className="form-item">
          <span className="form-label">{t('task.delegateTo')}</span>
          <Select
            aria-label={t('task.delegateTo')}
            showSearch={{ optionFilterProp: 'label' }}
            loading={people.isLoading}
            value={to || undefined}
            placeholder={t('task.choosePerson')}
            notFoundContent={t('task.nobodyElse')}
            options={people.data?.items.map(({ user, name, open }) => ({ value: user, label: open === undefined ? name || user : t('task.personOpen', { name: name || user, n: open }) }))}
            onChange={setTo}
          />
        </label>
      )}
      {(needed || move.kind === 'delegate') && <Reason value={reason} onChange={setReason} needed={needed} />}
      {move.kind === 'move' && !needed && <p className="secondary">{t('task.plainAct')}</p>}
      <Refusal fault={fault} waits={waits} />
      <div className="panel-acts">
        <Button type="primary" icon={<ArrowRight size={14} aria-hidden />} loading={busy !== ''} disabled={lacking || waits} onClick={() => void doIt()}>
          {loc(move.name)}
        </Button>
      </div>
    </div>
  );
}
