import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button } from 'antd';
import { ArrowLeft, Printer } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { ApiError } from '../../api/client';
import { checkForm, startPath, useFlows, useFormToFill, type Flow, type FormToFill, type Instance } from '../../api/flows';
import { Card } from '../../components/Card';
import { FormPaper } from '../../components/form/FormPaper';
import { FormView } from '../../components/form/FormView';
import type { HubIssue } from '../../components/form/fhir';
import { outbox } from '../../components/form/outbox';
import { useForm } from '../../components/form/useForm';
import { Answer, BlockLoading, Nothing, useErrorText } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { Loc, useTexts } from '../../i18n';
import { useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import './tasks.css';

/** Something happened: it is entered here and goes its way. */
export function Component() {
  const { flow: id = '' } = useParams();
  const { t } = useTexts();
  const { link } = useAddress();
  const flows = useFlows();
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/tasks')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.tasks')}
      </Link>
      <Answer of={flows} rows={8}>
        {(all) => {
          const flow = all.find((one) => one.id === id);
          if (!flow?.may_start || !flow.start_form) return <Nothing title={t('task.mayNotStart')}>{t('task.mayNotStartText')}</Nothing>;
          return <Begin flow={flow} form={flow.start_form} />;
        }}
      </Answer>
    </div>
  );
}
Component.displayName = 'StartPage';

function Begin({ flow, form }: { flow: Flow; form: string }) {
  const asked = useFormToFill(flow.id, form);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>
            <Loc of={flow.title} /> <InternalMark />
          </h1>
          <p className="page-sub">
            <Loc of={flow.description} />
          </p>
        </div>
      </div>
      <Answer of={asked} rows={8}>
        {(data) => <Filling flow={flow} form={form} begun={data} />}
      </Answer>
    </>
  );
}

function Filling({ flow, form, begun: given }: { flow: Flow; form: string; begun: FormToFill }) {
  const { t, loc } = useTexts();
  const { go } = useAddress();
  const { message } = App.useApp();
  const client = useQueryClient();
  const session = useSession();
  const textOf = useErrorText();
  const [begun] = useState(given);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const state = useForm({ questionnaire: begun.questionnaire, start: begun.response, user: session?.user ?? '', place: `start ${flow.id}`, check: (response) => checkForm(flow.id, form, response) });
  if (!state) return <BlockLoading rows={8} />;

  const submit = async () => {
    const written = state.finish();
    if (!written) return;
    setBusy(true);
    setFault(null);
    try {
      const sent = await outbox.send<Instance>({
        key: state.key, user: session?.user ?? '', path: startPath(flow.id), title: flow.title, page: `/tasks/new/${flow.id}`, at: Date.now(),
        body: { key: state.key, response: written.response },
      });
      await state.sent();
      void client.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/(tasks|instances)/.test(String(queryKey[0])) });
      if (sent.state === 'waiting') void go('/tasks');
      else {
        void message.success(t('task.started'));
        void go(`/tasks/${encodeURIComponent(sent.answer.id)}`);
      }
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'form') state.refuse(cause.issues as HubIssue[], written);
      else setFault(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      title={<Loc of={state.form.title} />}
      extra={
        <Button type="text" size="small" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
          {t('form.print')}
        </Button>
      }
    >
      <FormPaper form={state.form} fill={state.fill} />
      <FormView state={state} label={loc(state.form.title)} />
      {fault !== null && <Alert type="error" showIcon role="alert" title={t('task.refused')} description={textOf(fault)} />}
      <div className="panel-acts">
        <Button type="primary" loading={busy} onClick={() => void submit()}>
          {t('task.startAct')}
        </Button>
      </div>
    </Card>
  );
}
