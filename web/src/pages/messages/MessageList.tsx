import { useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { Check } from 'lucide-react';
import { Link } from 'react-router-dom';
import { markRead, type Message } from '../../api/flows';
import { Nothing } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import './messages.css';

export function useMarkRead() {
  const client = useQueryClient();
  const { run, fault, busy } = useAct();
  const mark = async (ids: readonly number[]) => {
    await run(async () => {
      for (const id of ids) await markRead(id);
    });
    void client.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/(messages|tasks\/counts)/.test(String(queryKey[0])) });
  };
  return { mark, fault, busy };
}

/** Messages, the newest first; opening the matter of one marks it as read. */
export function MessageList({ items, onOpen, short = false }: { items: readonly Message[]; onOpen?: () => void; short?: boolean }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const { mark } = useMarkRead();
  if (items.length === 0) return <Nothing title={t('message.none')}>{short ? null : t('message.noneText')}</Nothing>;
  return (
    <ul className="messages">
      {items.map((message) => (
        <li key={message.id} className={message.read ? 'message' : 'message message-new'}>
          <div>
            {!message.read && <span className="visually-hidden">{t('message.unread')}</span>}
            {message.instance ? (
              <Link
                to={link(`/tasks/${encodeURIComponent(message.instance)}`)}
                onClick={() => {
                  if (!message.read) void mark([message.id]);
                  onOpen?.();
                }}
              >
                <Loc of={message.text} />
              </Link>
            ) : (
              <Loc of={message.text} />
            )}
            <div className="secondary num">{formatInstant(message.at)}</div>
          </div>
          {!message.read && (
            <Button type="text" size="small" icon={<Check size={14} aria-hidden />} aria-label={t('message.markRead')} title={t('message.markRead')} onClick={() => void mark([message.id])} />
          )}
        </li>
      ))}
    </ul>
  );
}
