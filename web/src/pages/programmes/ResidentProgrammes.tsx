import { Alert, App, Button, DatePicker, Input, Modal, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useChange, useForgetDue, useProgrammes, useResidentProgrammes, type ResidentProgramme, type ResidentProgrammes as All } from '../../api/programmes';
import { Card } from '../../components/Card';
import { Answer, useErrorText } from '../../components/States';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { DueServices } from './DueServices';
import './programmes.css';

/** A resident's programmes with their state and the next days, and the way to change them. */
export function ResidentProgrammes({ id, deceased }: { id: number; deceased: boolean }) {
  const { t } = useTexts();
  const session = useSession();
  const sees = may(session, 'programmes:read');
  const asked = useResidentProgrammes(id, sees);
  if (!sees) return null;
  return (
    <Card title={t('programme.card')}>
      <Answer of={asked} rows={4}>
        {(all) => <Programmes id={id} all={all} deceased={deceased} />}
      </Answer>
    </Card>
  );
}

function Programmes({ id, all, deceased }: { id: number; all: All; deceased: boolean }) {
  const { t } = useTexts();
  const { go } = useAddress();
  const session = useSession();
  const [changing, setChanging] = useState<ResidentProgramme | 'new' | null>(null);
  const writes = may(session, 'programmes:write');
  const visitable = all.items.some((one) => one.may && one.services.length > 0);
  return (
    <>
      {deceased && all.items.length > 0 && <p className="source">{t('programme.ended')}</p>}
      {all.items.length === 0 && <p className="source">{t('programme.none')}</p>}
      {all.items.map((one) => (
        <section key={one.id} className="programme" data-programme={one.id}>
          <div className="programme-head">
            <b>
              <Loc of={one.title} />
            </b>
            {one.status && (
              <span className="tag">
                <Loc of={one.status.title} />
              </span>
            )}
            {one.since && <small className="num">{t('programme.since', { day: one.since })}</small>}
            {one.reason && (
              <small>
                <Data>{one.reason}</Data>
              </small>
            )}
            {writes && one.may && one.next.length > 0 && (
              <Button size="small" type="link" onClick={() => setChanging(one)}>
                {t('programme.change')}
              </Button>
            )}
          </div>
          <DueServices services={one.services} />
        </section>
      ))}
      {writes && (
        <div className="programme-acts">
          {visitable && (
            <Button type="primary" onClick={() => void go(`/programmes/visit/${id}`)}>
              {t('due.visit')}
            </Button>
          )}
          {all.others.length > 0 && !deceased && <Button onClick={() => setChanging('new')}>{t('programme.enrol')}</Button>}
        </div>
      )}
      {changing !== null && <ChangeDialog id={id} all={all} of={changing === 'new' ? null : changing} onClose={() => setChanging(null)} />}
    </>
  );
}

function ChangeDialog({ id, all, of: enrolment, onClose }: { id: number; all: All; of: ResidentProgramme | null; onClose: () => void }) {
  const { t, loc } = useTexts();
  const { message } = App.useApp();
  const textOf = useErrorText();
  const forget = useForgetDue();
  const statuses = useProgrammes().data?.statuses ?? [];
  const change = useChange(id);
  const [programme, setProgramme] = useState(enrolment?.id ?? all.others[0]?.id ?? '');
  const open = statuses.filter((one) => (enrolment ? enrolment.next.includes(one.id) : !one.ends && !one.reason));
  const [status, setStatus] = useState(enrolment?.next[0] ?? '');
  const wanted = enrolment ? status : (open[0]?.id ?? '');
  const [date, setDate] = useState(all.day);
  const [reason, setReason] = useState('');
  const save = () =>
    change.mutate(
      { programme, status: wanted, date, ...(reason ? { reason } : {}) },
      {
        onSuccess: () => {
          void forget();
          void message.success(t('programme.saved'));
          onClose();
        },
      },
    );
  return (
    <Modal open title={t(enrolment ? 'programme.change' : 'programme.enrol')} okText={t('programme.save')} cancelText={t('act.cancel')} onOk={save} confirmLoading={change.isPending} okButtonProps={{ disabled: !programme || !wanted || !date }} onCancel={onClose}>
      <div className="programme-form">
        {enrolment ? (
          <b>
            <Loc of={enrolment.title} />
          </b>
        ) : (
          <label>
            {t('programme.which')}
            <Select aria-label={t('programme.which')} value={programme} options={all.others.map((one) => ({ value: one.id, label: loc(one.title) }))} onChange={setProgramme} />
          </label>
        )}
        {enrolment && (
          <label>
            {t('programme.status')}
            <Select aria-label={t('programme.status')} value={status} options={open.map((one) => ({ value: one.id, label: loc(one.title) }))} onChange={setStatus} />
          </label>
        )}
        <label>
          {t('programme.date')}
          <DatePicker aria-label={t('programme.date')} allowClear={false} value={dayjs(date)} maxDate={dayjs(all.day)} onChange={(day) => setDate(day ? day.format('YYYY-MM-DD') : all.day)} />
        </label>
        <label>
          {t('programme.reason')}
          <Input value={reason} maxLength={200} aria-label={t('programme.reason')} onChange={(event) => setReason(event.target.value)} />
        </label>
        {change.isError && <Alert type="error" showIcon role="alert" title={t('programme.refused')} description={textOf(change.error)} />}
      </div>
    </Modal>
  );
}
