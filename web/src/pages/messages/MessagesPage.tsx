import { Alert, Button } from 'antd';
import { CheckCheck } from 'lucide-react';
import { useMessages } from '../../api/flows';
import { Card } from '../../components/Card';
import { Answer } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { MessageList, useMarkRead } from './MessageList';

/** What flows told the reader. */
export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const onlyNew = value('unread') === '1';
  const list = useMessages({ unread: onlyNew || undefined, limit: 200 });
  const { mark, fault, busy } = useMarkRead();
  const unread = (list.data?.items ?? []).filter(({ read }) => !read);
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.messages')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.messages')}</p>
        </div>
        <div className="page-acts">
          <Button icon={<CheckCheck size={14} aria-hidden />} disabled={unread.length === 0} loading={busy} onClick={() => void mark(unread.map(({ id }) => id))}>
            {t('message.markAll')}
          </Button>
        </div>
      </div>
      <Card>
        <div className="filters">
          <button type="button" className={onlyNew ? 'chip chip-on' : 'chip'} aria-pressed={onlyNew} onClick={() => change({ unread: onlyNew ? null : '1' })}>
            {t('message.onlyNew')}
          </button>
        </div>
        {fault && <Alert type="error" showIcon role="alert" title={fault} />}
        <Answer of={list} rows={8}>
          {(data) => <MessageList items={data.items} />}
        </Answer>
      </Card>
    </div>
  );
}
Component.displayName = 'MessagesPage';
