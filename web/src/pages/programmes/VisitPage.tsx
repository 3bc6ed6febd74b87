import { Alert, App, Button, Checkbox } from 'antd';
import { ArrowLeft, Printer } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { ApiError } from '../../api/client';
import { useResident } from '../../api/hooks';
import { checkVisit, useForgetDue, useVisit, visitPath, type VisitForm, type Written } from '../../api/programmes';
import { Card } from '../../components/Card';
import { FormPaper } from '../../components/form/FormPaper';
import { FormView } from '../../components/form/FormView';
import type { HubIssue, Questionnaire } from '../../components/form/fhir';
import { outbox } from '../../components/form/outbox';
import { useForm } from '../../components/form/useForm';
import { Answer, BlockLoading, Nothing, useErrorText } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { DueLine } from './DueServices';
import './programmes.css';

/** One visit: which services it does, and one form for all of them. */
export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { link, value } = useAddress();
  const resident = useResident(id);
  const visit = useVisit(id, value('services'));
  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/programmes')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.programmes')}
      </Link>
      <div className="page-head">
        <div>
          <h1>
            {t('visit.title')} <InternalMark />
          </h1>
          <p className="page-sub">
            <Link to={link(`/residents/${id}`)}>
              <Data>{resident.data?.name || noValue}</Data>
            </Link>
            {resident.data && resident.data.age !== null && <span className="num"> · {t('resident.years', { n: resident.data.age })}</span>}
          </p>
        </div>
      </div>
      <Answer of={visit} rows={10}>
        {(data) => <Visit id={id} visit={data} name={resident.data?.name ?? ''} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'VisitPage';

function Visit({ id, visit, name }: { id: string; visit: VisitForm; name: string }) {
  const { t } = useTexts();
  const { change } = useAddress();
  const chosen = visit.services.map((one) => one.id);
  if (visit.available.length === 0) return <Nothing title={t('visit.noService')}>{t('visit.noServiceText')}</Nothing>;
  return (
    <>
      <Card title={t('visit.services')} note={chosen.length > 1 ? t('visit.once') : undefined}>
        <div className="visit-services">
          {visit.available.map((one) => (
            <Checkbox
              key={one.id}
              checked={chosen.includes(one.id)}
              disabled={chosen.length === 1 && chosen[0] === one.id}
              onChange={({ target }) => change({ services: visit.available.map((other) => other.id).filter((other) => (other === one.id ? target.checked : chosen.includes(other))).join(',') })}
            >
              <span className="due-service">
                <DueLine service={one} />
              </span>
            </Checkbox>
          ))}
        </div>
      </Card>
      {visit.questionnaire ? (
        <Filling key={chosen.join()} id={id} visit={visit} questionnaire={visit.questionnaire} chosen={chosen} name={name} />
      ) : (
        <Nothing title={t('visit.nothing')}>{t('visit.nothingText')}</Nothing>
      )}
    </>
  );
}

interface FillingProps {
  id: string;
  visit: VisitForm;
  questionnaire: Questionnaire;
  chosen: readonly string[];
  name: string;
}

function Filling({ id, visit, questionnaire, chosen, name }: FillingProps) {
  const { t, loc } = useTexts();
  const { go } = useAddress();
  const { message } = App.useApp();
  const session = useSession();
  const textOf = useErrorText();
  const forget = useForgetDue();
  const [begun] = useState({ questionnaire, start: visit.response });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>(null);
  const user = session?.user ?? '';
  const state = useForm({ ...begun, user, place: `visit ${id} ${chosen.join()}`, check: (response) => checkVisit(id, chosen, response) });
  if (!state) return <BlockLoading rows={8} />;

  const submit = async () => {
    const written = state.finish();
    if (!written) return;
    setBusy(true);
    setFault(null);
    try {
      const title = { zh: `${t('visit.title')} ${name}`.trim(), en: `${t('visit.title')} ${name}`.trim() };
      const sent = await outbox.send<Written>({
        key: state.key, user, path: visitPath(id), title, page: `/programmes/visit/${id}`, at: Date.now(),
        body: { key: state.key, services: chosen, response: written.response },
      });
      await state.sent();
      void forget();
      if (sent.state === 'sent') void message.success(t('visit.saved'));
      void go(sent.state === 'sent' ? `/residents/${id}` : '/programmes', { services: null });
    } catch (cause) {
      if (cause instanceof ApiError && cause.code === 'form') state.refuse(cause.issues as HubIssue[], written);
      else setFault(cause);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card
      extra={
        <Button type="text" size="small" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
          {t('form.print')}
        </Button>
      }
    >
      <FormPaper form={state.form} fill={state.fill} />
      <FormView state={state} label={loc(state.form.title)} />
      {fault !== null && <Alert type="error" showIcon role="alert" title={t('visit.refused')} description={textOf(fault)} />}
      <div className="panel-acts">
        <Button type="primary" loading={busy} onClick={() => void submit()}>
          {t('visit.submit')}
        </Button>
      </div>
    </Card>
  );
}
