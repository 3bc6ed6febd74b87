import { useQueryClient } from '@tanstack/react-query';
import { Badge, Button, Popover } from 'antd';
import { Bell } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useMessages, useTaskCounts } from '../../api/flows';
import { BlockLoading } from '../../components/States';
import { useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { MessageList } from './MessageList';

const inBell = 8;

/** How many messages are unread, and the newest of them. */
export function MessageBell() {
  const { t } = useTexts();
  const { link } = useAddress();
  const session = useSession();
  const client = useQueryClient();
  const allowed = may(session, 'tasks:read');
  const [open, setOpen] = useState(false);
  const counts = useTaskCounts(allowed);
  const list = useMessages({ unread: true, limit: inBell }, allowed && open);
  if (!allowed) return null;
  const unread = counts.data?.messages ?? 0;
  return (
    <Popover
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) void client.invalidateQueries({ queryKey: ['/api/messages'] });
      }}
      trigger="click"
      placement="bottomRight"
      content={
        <div className="bell">
          {list.data ? <MessageList items={list.data.items} onOpen={() => setOpen(false)} short /> : <BlockLoading rows={3} />}
          <Link to={link('/messages')} onClick={() => setOpen(false)}>
            {t('message.all')}
          </Link>
        </div>
      }
    >
      <Button type="text" aria-label={t('message.bell', { n: unread })} aria-expanded={open} icon={<Badge count={unread} size="small" overflowCount={99}><Bell size={16} strokeWidth={1.8} aria-hidden /></Badge>} />
    </Popover>
  );
}
