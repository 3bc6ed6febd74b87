import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Input, Modal, Select } from 'antd';
import { useId, useState } from 'react';
import { post } from '../../api/client';
import type { CardDetail, CardForm } from '../../api/cards';
import { useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { FieldInputs } from './FieldInputs';
import { changedFields, lacking, type Values } from './fields';

interface Props {
  act: string;
  card: CardDetail;
  form: CardForm;
  close: () => void;
  onMade: (id: string) => void;
}

const editing = ['submitted', 'changed', 'corrected'];
const reasoned = ['returned', 'deleted'];
const noted = ['corrected', 'restored'];

/** One act with what it needs; refused by the hub when somebody else was faster. */
export function ActDialog({ act, card, form, close, onMade }: Props) {
  const { t, loc } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [values, setValues] = useState<Values>({ ...card.fields, ...(act === 'corrected' && card.died ? { deathDate: card.died.day } : {}) });
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const [number, setNumber] = useState('');
  const [other, setOther] = useState(card.others[0]?.id ?? '');
  const [asked, setAsked] = useState(false);
  const id = useId();
  const edits = editing.includes(act);
  const missing = edits ? lacking(form, values) : [];
  const complete =
    missing.length === 0 && (!reasoned.includes(act) || reason !== '') && (!noted.includes(act) || note.trim() !== '') && (act !== 'numbered' || number.trim() !== '') && (act !== 'distinct' || other !== '');
  const send = async () => {
    setAsked(true);
    if (!complete) return;
    const fields = edits ? changedFields(card.fields, values) : {};
    const path = `/api/cards/${encodeURIComponent(card.id)}`;
    const after = await run(() =>
      post<CardDetail>(`${path}/acts/${act}`, {
        seen: card.version,
        ...(reason ? { reason } : {}),
        ...(note.trim() ? { note: note.trim() } : {}),
        ...(act === 'numbered' ? { number: number.trim() } : {}),
        ...(act === 'distinct' ? { other } : {}),
        ...(Object.keys(fields).length > 0 ? { fields } : {}),
      }),
    );
    if (!after) return;
    client.setQueryData([`/api/cards/${encodeURIComponent(after.id)}`], after);
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/cards') });
    void message.success(t('cardsPage.done'));
    close();
    if (after.id !== card.id) onMade(after.id);
  };
  const reasons = act === 'deleted' ? form.delete_reasons : form.return_reasons;
  return (
    <Modal
      open
      width={edits ? 760 : 520}
      title={loc(form.acts.find(({ code }) => code === act)?.name ?? act)}
      okText={t('verify.send')}
      cancelText={t('verify.cancel')}
      confirmLoading={busy}
      onOk={() => void send()}
      onCancel={close}
    >
      <form
        className="panel-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {edits && <FieldInputs form={form} values={values} lacking={missing} onChange={setValues} />}
        {reasoned.includes(act) && (
          <>
            <label htmlFor={`${id}-reason`}>{t('cardsPage.reason')}</label>
            <Select id={`${id}-reason`} value={reason || undefined} onChange={setReason} options={reasons.map(({ code, name }) => ({ value: code, label: loc(name) }))} />
          </>
        )}
        {act === 'numbered' && (
          <>
            <label htmlFor={`${id}-number`}>{t('cardsPage.number')}</label>
            <Input id={`${id}-number`} maxLength={64} value={number} onChange={({ target }) => setNumber(target.value)} />
          </>
        )}
        {act === 'distinct' && (
          <>
            <label htmlFor={`${id}-other`}>{t('cardsPage.distinctFrom')}</label>
            <Select id={`${id}-other`} value={other || undefined} onChange={setOther} options={card.others.map((one) => ({ value: one.id, label: [one.onset, one.organization_name, one.number].filter(Boolean).join(' · ') }))} />
          </>
        )}
        <label htmlFor={`${id}-note`}>{t(noted.includes(act) ? 'cardsPage.why' : 'cardsPage.note')}</label>
        <Input.TextArea id={`${id}-note`} rows={2} maxLength={500} value={note} onChange={({ target }) => setNote(target.value)} />
        {asked && !complete && <Alert type="warning" showIcon title={t('cardsPage.incomplete')} role="alert" />}
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      </form>
    </Modal>
  );
}
