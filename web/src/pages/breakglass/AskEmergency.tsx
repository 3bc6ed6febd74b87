import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Input, Modal } from 'antd';
import { Siren } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { post } from '../../api/client';
import type { Emergency } from '../../api/types';
import { useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { askBody, mayAsk } from './remaining';
import './breakglass.css';

/** The button and the form to open one more resident in an emergency; nothing for who may not.
 *  resident  known already; else the whole identity number is asked for */
export function AskEmergency({ resident }: { resident?: number }) {
  const { t } = useTexts();
  const session = useSession();
  const [open, setOpen] = useState(false);
  if (!session?.accounts || !may(session, 'break-glass:write')) return null;
  return (
    <>
      <Button icon={<Siren size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t('emergency.ask')}
      </Button>
      <Modal open={open} title={t('emergency.ask')} footer={null} destroyOnHidden onCancel={() => setOpen(false)}>
        <Form resident={resident} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function Form({ resident, onDone }: { resident?: number; onDone: () => void }) {
  const { t } = useTexts();
  const { go } = useAddress();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [identifier, setIdentifier] = useState('');
  const [reason, setReason] = useState('');
  const id = useId();
  const whom = resident === undefined ? identifier : String(resident);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const opened = await run(() => post<Emergency>('/api/break-glass', askBody({ resident, identifier }, reason)));
    if (!opened) return;
    onDone();
    await client.invalidateQueries({
      predicate: ({ queryKey }) => /^\/api\/(break-glass|residents)|^timeline$/.test(String(queryKey[0])),
    });
    void go(`/residents/${opened.resident}`);
  };
  return (
    <form className="panel-form emergency-form" onSubmit={(event) => void submit(event)} aria-label={t('emergency.ask')}>
      <p>{t('emergency.what')}</p>
      {resident === undefined ? (
        <>
          <label htmlFor={`${id}-whom`}>{t('emergency.identifier')}</label>
          <Input id={`${id}-whom`} autoFocus autoComplete="off" required maxLength={40} value={identifier} onChange={(event) => setIdentifier(event.target.value)} />
        </>
      ) : (
        <p className="secondary">{t('audit.resident', { id: resident })}</p>
      )}
      <label htmlFor={`${id}-reason`}>{t('emergency.reason')}</label>
      <Input.TextArea
        id={`${id}-reason`}
        rows={3}
        required
        maxLength={500}
        autoFocus={resident !== undefined}
        value={reason}
        aria-describedby={`${id}-help`}
        onChange={(event) => setReason(event.target.value)}
      />
      <p id={`${id}-help`} className="form-help">
        {t('emergency.reasonHelp')}
      </p>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" danger htmlType="submit" loading={busy} disabled={!mayAsk(reason, whom)}>
          {t('emergency.act')}
        </Button>
        <Button onClick={onDone}>{t('act.cancel')}</Button>
      </div>
    </form>
  );
}
