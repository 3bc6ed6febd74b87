import { Button, Progress } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { FileUp, X } from 'lucide-react';
import { useRef, useState, type DragEvent } from 'react';
import { Link } from 'react-router-dom';
import { ApiError, upload, withQuery } from '../../api/client';
import type { Delivery } from '../../api/types';
import { useErrorText } from '../../components/States';
import { formatBytes } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';

interface Sending {
  key: number;
  name: string;
  bytes: number;
  /** sent share, 0…1 */
  share: number;
  state: 'sending' | 'sent' | 'refused' | 'cancelled';
  error?: unknown;
  delivery?: number;
  cancel: () => void;
}

let nextKey = 1;

/** Drop or choose files; each is sent by itself, with its progress and a way to stop. */
export function UploadArea() {
  const { t } = useTexts();
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const { sendings, send, forget } = useSendings();

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    send([...event.dataTransfer.files]);
  };
  return (
    <>
      <div
        className={over ? 'drop drop-over' : 'drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <FileUp size={22} strokeWidth={1.5} aria-hidden />
        <div className="drop-text">
          <b>{t('upload.drop')}</b>
          <span>{t('upload.kinds')}</span>
        </div>
        <Button type="primary" onClick={() => input.current?.click()}>
          {t('upload.choose')}
        </Button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label={t('upload.choose')}
          accept=".ndjson,.json,.gz,.csv"
          onChange={(event) => {
            send([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </div>
      {sendings.length > 0 && (
        <ul className="sendings">
          {sendings.map((sending) => (
            <SendingRow key={sending.key} sending={sending} onForget={() => forget(sending.key)} />
          ))}
        </ul>
      )}
    </>
  );
}

function useSendings() {
  const client = useQueryClient();
  const [sendings, setSendings] = useState<Sending[]>([]);
  const change = (key: number, changes: Partial<Sending>) =>
    setSendings((now) => now.map((one) => (one.key === key ? { ...one, ...changes } : one)));

  const send = (files: File[]) => {
    for (const file of files) {
      const key = nextKey++;
      const { done, cancel } = upload<Delivery>(withQuery('/api/deliveries', { name: file.name }), file, (share) =>
        change(key, { share }),
      );
      setSendings((now) => [...now, { key, name: file.name, bytes: file.size, share: 0, state: 'sending', cancel }]);
      done
        .then((delivery) => change(key, { state: 'sent', share: 1, delivery: delivery.id }))
        .catch((error: unknown) =>
          change(key, { state: error instanceof ApiError && error.code === 'cancelled' ? 'cancelled' : 'refused', error }),
        )
        .finally(() => void client.invalidateQueries({ queryKey: ['/api/deliveries'] }));
    }
  };
  const forget = (key: number) => setSendings((now) => now.filter((one) => one.key !== key));
  return { sendings, send, forget };
}

function SendingRow({ sending, onForget }: { sending: Sending; onForget: () => void }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const textOf = useErrorText();
  const { name, bytes, share, state, error, delivery, cancel } = sending;
  return (
    <li>
      <span className="fresh-name">
        <Data>{name}</Data>
      </span>
      <span className="num faint">{formatBytes(bytes)}</span>
      <span className="sending-state" role="status">
        {state === 'sending' && <Progress percent={Math.round(share * 100)} size="small" aria-label={name} />}
        {state === 'sent' && delivery !== undefined && (
          <Link to={link(`/deliveries/${delivery}`)}>{t('upload.received')}</Link>
        )}
        {state === 'cancelled' && t('upload.cancelled')}
        {state === 'refused' && <span className="text-missed">{t('upload.refused', { why: textOf(error) })}</span>}
      </span>
      <Button
        size="small"
        type="text"
        icon={<X size={14} aria-hidden />}
        aria-label={state === 'sending' ? t('upload.cancel') : t('upload.forget')}
        onClick={state === 'sending' ? cancel : onForget}
      />
    </li>
  );
}
