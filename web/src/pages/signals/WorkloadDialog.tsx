import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Input, InputNumber, Modal } from 'antd';
import { SlidersHorizontal } from 'lucide-react';
import { useId, useState } from 'react';
import { post } from '../../api/client';
import { useSignalWorkload, type SignalWorkload } from '../../api/signals';
import { Answer } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';

/** How many signals a week there may be: who decides sees what was decided before. */
export function WorkloadButton() {
  const { t } = useTexts();
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={<SlidersHorizontal size={14} aria-hidden />} onClick={() => setOpen(true)}>
        {t('workload.act')}
      </Button>
      {open && <WorkloadDialog close={() => setOpen(false)} />}
    </>
  );
}

function WorkloadDialog({ close }: { close: () => void }) {
  const { t } = useTexts();
  const workload = useSignalWorkload();
  return (
    <Modal open title={t('workload.title')} footer={null} onCancel={close}>
      <Answer of={workload} rows={4}>
        {(data) => <Body data={data} />}
      </Answer>
    </Modal>
  );
}

function Body({ data }: { data: SignalWorkload }) {
  const { t } = useTexts();
  const mayDecide = may(useSession(), 'signal-workload:write');
  return (
    <>
      <p>
        <b>{data.at_most === null ? t('workload.nowAll') : t('workload.now', { n: data.at_most })}</b> {!data.decided && <span className="secondary">{t('workload.usual')}</span>}
      </p>
      <p className="form-help">{t('workload.help')}</p>
      <p className="form-help">
        {data.tuned ? (
          <>
            {t('workload.tuned', { day: formatInstant(data.tuned.at), by: data.tuned.by })} <span lang="en">{data.tuned.basis}</span>
          </>
        ) : (
          t('workload.untuned')
        )}
      </p>
      {mayDecide && <Decide data={data} />}
      {data.history.length > 0 && (
        <>
          <h3 className="signal-sub">{t('workload.history')}</h3>
          <ul className="signal-past">
            {data.history.map((one) => (
              <li key={one.at}>
                <span className="num secondary">{formatInstant(one.at)}</span> <Data>{one.by}</Data>{' '}
                <b>{one.at_most === null ? t('workload.all') : `${t('workload.most')} ${one.at_most}`}</b> <Data>{one.note}</Data>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Decide({ data }: { data: SignalWorkload }) {
  const { t } = useTexts();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [all, setAll] = useState(data.at_most === null);
  const [most, setMost] = useState(data.at_most ?? data.usual);
  const [note, setNote] = useState('');
  const [missing, setMissing] = useState(false);
  const id = useId();
  const send = async () => {
    if (note.trim() === '') {
      setMissing(true);
      return;
    }
    const after = await run(() => post<SignalWorkload>('/api/signals/workload', { at_most: all ? null : most, note: note.trim() }));
    if (!after) return;
    setNote('');
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/signals') });
  };
  return (
    <form
      className="panel-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={`${id}-most`}>{t('workload.most')}</label>
      <span className="workload-most">
        <InputNumber id={`${id}-most`} min={1} max={1000} precision={0} disabled={all} value={most} onChange={(value) => setMost(value ?? data.usual)} /> {t('workload.unit')}
        <Checkbox checked={all} onChange={({ target }) => setAll(target.checked)}>
          {t('workload.all')}
        </Checkbox>
      </span>
      <label htmlFor={`${id}-note`}>{t('workload.note')}</label>
      <Input id={`${id}-note`} maxLength={300} value={note} onChange={({ target }) => setNote(target.value)} />
      {missing && <Alert type="warning" showIcon title={t('workload.missing')} role="alert" />}
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" htmlType="submit" loading={busy}>
          {t('workload.send')}
        </Button>
      </div>
    </form>
  );
}
