import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Input, InputNumber, Modal, Radio, Select } from 'antd';
import { useId, useRef, useState } from 'react';
import { post } from '../../api/client';
import type { Signal, SignalDetail } from '../../api/signals';
import { Data, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { reasons, titleOf, ways, whereOf, type ActKind } from './words';

interface Props {
  kind: ActKind;
  signal: Signal;
  close: () => void;
}

interface Form {
  way: string;
  result: string;
  reason: string;
  cases: number | null;
  note: string;
}

const results = { verify: ['suspected', 'dismissed'], investigate: ['confirmed', 'excluded'], reopen: [], note: [] } as const;

/** Whether what is needed is there. */
export function isComplete(kind: ActKind, form: Form): boolean {
  if (kind === 'note' || kind === 'reopen') return form.note.trim() !== '';
  const refuted = form.result === 'dismissed' || form.result === 'excluded';
  return form.result !== '' && (kind !== 'verify' || form.way !== '') && (!refuted || form.reason !== '');
}

/** What the hub is told; what was not filled in is left out. */
export function bodyOf(form: Form, seen: number, key: string): Record<string, unknown> {
  const refuted = form.result === 'dismissed' || form.result === 'excluded';
  return {
    ...(form.result ? { result: form.result } : {}),
    ...(form.way ? { way: form.way } : {}),
    ...(refuted ? { reason: form.reason } : {}),
    ...(form.cases === null ? {} : { cases: form.cases }),
    ...(form.note.trim() ? { note: form.note.trim() } : {}),
    seen,
    key,
  };
}

/** Verify, record the investigation, reopen or note: sent once, refused when more has happened. */
export function ActDialog({ kind, signal, close }: Props) {
  const { t, loc } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { busy, fault, run, forget } = useAct();
  const [form, setForm] = useState<Form>({ way: '', result: '', reason: '', cases: null, note: '' });
  const [missing, setMissing] = useState(false);
  const key = useRef(crypto.randomUUID());
  const id = useId();
  const set = (changes: Partial<Form>) => {
    setForm((now) => ({ ...now, ...changes }));
    setMissing(false);
    forget();
  };
  const decides = kind === 'verify' || kind === 'investigate';
  const refuted = form.result === 'dismissed' || form.result === 'excluded';
  const send = async () => {
    if (!isComplete(kind, form)) {
      setMissing(true);
      return;
    }
    const path = `/api/signals/${encodeURIComponent(signal.id)}`;
    const after = await run(() => post<SignalDetail>(`${path}/${kind}`, bodyOf(form, signal.events, key.current)));
    if (!after) return;
    client.setQueryData([path], after);
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/signals') });
    void message.success(t('verify.done'));
    close();
  };
  return (
    <Modal open title={t(`actTitle.${kind}`)} okText={t('verify.send')} cancelText={t('verify.cancel')} confirmLoading={busy} onOk={() => void send()} onCancel={close}>
      <form
        className="panel-form signal-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p className="secondary">
          <Data>{`${titleOf(signal, loc)} · ${whereOf(signal, loc)} · ${signal.date}`}</Data>
        </p>
        {kind === 'verify' && (
          <>
            <span className="label" id={`${id}-way`}>{t('verify.way')}</span>
            <Radio.Group aria-labelledby={`${id}-way`} value={form.way} onChange={({ target }) => set({ way: String(target.value) })} options={ways.map((way) => ({ value: way, label: t(`way.${way}`) }))} />
          </>
        )}
        {decides && (
          <>
            <span className="label" id={`${id}-result`}>{t('verify.result')}</span>
            <Radio.Group
              aria-labelledby={`${id}-result`}
              value={form.result}
              onChange={({ target }) => set({ result: String(target.value) })}
              options={results[kind].map((result) => ({ value: result, label: t(`signalState.${result}`) }))}
            />
            {refuted && (
              <>
                <label htmlFor={`${id}-reason`}>{t('verify.reason')}</label>
                <Select id={`${id}-reason`} value={form.reason || undefined} onChange={(reason: string) => set({ reason })} options={reasons.map((reason) => ({ value: reason, label: t(`reason.${reason}`) }))} />
              </>
            )}
            <label htmlFor={`${id}-cases`}>{t('verify.cases')}</label>
            <InputNumber id={`${id}-cases`} min={0} max={100000} precision={0} value={form.cases} onChange={(cases) => set({ cases })} />
          </>
        )}
        <label htmlFor={`${id}-note`}>{t(kind === 'reopen' ? 'reopen.why' : 'verify.note')}</label>
        <Input.TextArea id={`${id}-note`} rows={3} maxLength={500} value={form.note} onChange={({ target }) => set({ note: target.value })} />
        {missing && <Alert type="warning" showIcon title={t(`actMissing.${kind}`)} role="alert" />}
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      </form>
    </Modal>
  );
}
