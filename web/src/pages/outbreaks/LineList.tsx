import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ApiError } from '../../api/client';
import { actPath, checkForm, instancePath, useFormToFill, useInstance, type FormToFill, type Instance, type Move, type Task } from '../../api/flows';
import { Card } from '../../components/Card';
import { readForm } from '../../components/form/definition';
import type { HubIssue } from '../../components/form/fhir';
import { readResponse, rowsOf, type Fill } from '../../components/form/model';
import { outbox } from '../../components/form/outbox';
import { useForm } from '../../components/form/useForm';
import { valueText } from '../../components/form/words';
import { saveText } from '../../components/save';
import { Answer, BlockLoading, Nothing, useErrorText } from '../../components/States';
import { writeCsv } from '../../format/csv';
import { formatInstant } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { InstanceLog } from '../tasks/InstanceLog';
import { CaseCharts } from './CaseCharts';
import { casesOf, groupOf } from './lineList';
import { LineListGrid, LineListTable } from './LineListGrid';
import { lastOf } from './times';

export const listForm = 'line-list';
export const listChild = 'cases';

/** Cases of an event: the grid, and what it draws while it is filled in. */
export function LineList({ event }: { event: Instance }) {
  const { t } = useTexts();
  const child = event.children.find(({ name }) => name === listChild);
  if (!child) {
    return (
      <Card>
        <Nothing title={t('lineList.none')}>{t('lineList.noneText')}</Nothing>
      </Card>
    );
  }
  return <Loaded id={child.id} event={event} />;
}

function Loaded({ id, event }: { id: string; event: Instance }) {
  const list = useInstance(id);
  const form = useFormToFill(list.data?.flow ?? '', list.data ? listForm : undefined, id);
  return <Answer of={list} rows={8}>{(instance) => <Answer of={form} rows={8}>{(begun) => <One instance={instance} begun={begun} event={event} />}</Answer>}</Answer>;
}

function One({ instance, begun, event }: { instance: Instance; begun: FormToFill; event: Instance }) {
  const { t } = useTexts();
  const session = useSession();
  const task = instance.tokens.find(({ moves }) => moves.some(({ form }) => form === listForm));
  const last = lastOf(instance, listForm);
  if (task && may(session, 'tasks:write')) {
    return <Editing instance={instance} task={task} begun={begun} event={event} />;
  }
  if (!last?.response) {
    return (
      <Card>
        <Nothing title={t('lineList.empty')} />
      </Card>
    );
  }
  return <Reading instance={instance} begun={begun} event={event} />;
}

function useName(event: Instance): string {
  const { t, loc } = useTexts();
  return `${loc(event.subject ?? event.flow_title)} ${t('lineList.title')}`.replace(/[^\p{L}\p{N}]+/gu, '-');
}

function Reading({ instance, begun, event }: { instance: Instance; begun: FormToFill; event: Instance }) {
  const { t, loc } = useTexts();
  const form = useMemo(() => readForm(begun.questionnaire), [begun]);
  const fill = useMemo(() => readResponse(form, lastOf(instance, listForm)?.response), [form, instance]);
  const group = groupOf(form);
  if (!group) return <Nothing title={t('lineList.empty')} />;
  return (
    <>
      <Card title={t('lineList.title')} note={<Saved instance={instance} />} extra={<CsvButton fill={fill} form={form} name={useName(event)} />}>
        <LineListTable fill={fill} group={group} label={loc(form.title)} />
      </Card>
      <CaseCharts cases={casesOf(fill)} fileName={useName(event)} />
    </>
  );
}

function Saved({ instance }: { instance: Instance }) {
  const { t } = useTexts();
  const last = lastOf(instance, listForm);
  if (!last) return <>{t('lineList.neverSaved')}</>;
  return (
    <>
      {t('lineList.saved')} <Data>{last.user_name || last.user}</Data> <span className="num">{formatInstant(last.at)}</span>
    </>
  );
}

function CsvButton({ fill, form, name }: { fill: Fill; form: ReturnType<typeof readForm>; name: string }) {
  const texts = useTexts();
  const group = groupOf(form);
  const save = () => {
    if (!group) return;
    const columns = group.items.map(({ text }) => texts.loc(text));
    const rows = rowsOf(fill, group).map((row) => group.items.map((item) => {
      const value = row.fill[item.id]?.[0]?.value;
      return value === undefined ? '' : valueText(item, value, texts);
    }));
    saveText(`${name}.csv`, writeCsv(columns, rows), 'text/csv;charset=utf-8');
  };
  return (
    <Button size="small" icon={<Download size={14} aria-hidden />} onClick={save}>
      {texts.t('table.csv')}
    </Button>
  );
}

interface EditProps {
  instance: Instance;
  task: Task;
  begun: FormToFill;
  event: Instance;
}

function Editing({ instance, task, begun: given, event }: EditProps) {
  const { t, loc } = useTexts();
  const client = useQueryClient();
  const { message } = App.useApp();
  const session = useSession();
  const textOf = useErrorText();
  const [begun] = useState(given);
  const [base, setBase] = useState({ seen: instance.seen, response: lastOf(instance, listForm)?.response ?? given.response });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const [waits, setWaits] = useState(false);
  const state = useForm({ questionnaire: begun.questionnaire, start: base.response, user: session?.user ?? '', place: `list ${instance.id}`, check: (response) => checkForm(instance.flow, listForm, response) });
  const name = useName(event);
  const move = task.moves.find(({ form }) => form === listForm) as Move;
  const cases = useMemo(() => (state ? casesOf(state.fill) : []), [state]);
  if (!state) return <BlockLoading rows={8} />;
  const group = groupOf(state.form);
  if (!group) return <Nothing title={t('lineList.empty')} />;
  const stale = instance.seen > base.seen;
  const takeTheirs = () => {
    state.startOver();
    setBase({ seen: instance.seen, response: lastOf(instance, listForm)?.response ?? base.response });
  };

  const save = async () => {
    const written = state.finish();
    if (!written) return;
    setBusy(true);
    setFault(null);
    try {
      const sent = await outbox.send<Instance>({
        key: state.key, user: session?.user ?? '', path: actPath(instance.id), at: Date.now(), page: `/outbreaks/${encodeURIComponent(event.id)}?view=list`,
        title: { zh: `${instance.flow_title.zh} · ${move.name.zh}`, en: `${instance.flow_title.en} · ${move.name.en}` },
        body: { token: task.token, seen: base.seen, move: move.id, key: state.key, response: written.response },
      });
      await state.sent();
      if (sent.state === 'waiting') setWaits(true);
      else {
        setBase({ seen: sent.answer.seen, response: written.response });
        client.setQueryData([instancePath(instance.id)], sent.answer);
        void message.success(t('lineList.savedNow', { n: cases.length }));
      }
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'form') state.refuse(cause.issues as HubIssue[], written);
      else setFault(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Card title={t('lineList.title')} note={<Saved instance={instance} />} extra={<CsvButton fill={state.fill} form={state.form} name={name} />}>
        {stale && (
          <section className="meanwhile" role="alert">
            <h2>{t('lineList.meanwhile')}</h2>
            <InstanceLog instance={{ id: instance.id, log: instance.log.filter(({ number }) => number > base.seen) }} flow={undefined} plain />
            <div className="panel-acts">
              <Button onClick={takeTheirs}>{t('lineList.takeTheirs')}</Button>
              <Button onClick={() => setBase({ ...base, seen: instance.seen })}>{t('lineList.keepMine')}</Button>
            </div>
          </section>
        )}
        {state.restored > 0 && (
          <Alert type="info" showIcon className="form-restored" title={t('form.restored', { time: formatInstant(new Date(state.restored).toISOString()) })} action={<Button size="small" type="link" onClick={state.startOver}>{t('form.startOver')}</Button>} />
        )}
        <LineListGrid state={state} group={group} />
        {waits && <Alert type="warning" showIcon role="alert" title={t('task.waits')} description={t('outbox.waitingText')} />}
        {fault !== null && <Alert type="error" showIcon role="alert" title={t('task.refused')} description={textOf(fault)} />}
        <div className="panel-acts">
          <Button type="primary" loading={busy} disabled={waits || cases.length === 0} onClick={() => void save()}>
            {loc(move.name)}
          </Button>
          <span className="form-help grid-kept" role="status">
            {state.keptAt > 0 && t('form.keptAt', { time: formatInstant(new Date(state.keptAt).toISOString(), true) })}
          </span>
        </div>
      </Card>
      <CaseCharts cases={cases} fileName={name} />
    </>
  );
}
