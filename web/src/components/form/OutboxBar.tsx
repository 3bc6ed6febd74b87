import { Alert, App, Button, Popconfirm } from 'antd';
import { useCallback } from 'react';
import { Link } from 'react-router-dom';
import { formatInstant } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useSession } from '../../state/session';
import { outbox, type Letter } from './outbox';
import { useOutbox } from './useOutbox';
import './form.css';

/** Over every page, as long as something that was filled in has not arrived or was refused. */
export default function OutboxBar() {
  const { t } = useTexts();
  const { message } = App.useApp();
  const session = useSession();
  const onSent = useCallback((n: number) => void message.success(t('outbox.sent', { n })), [message, t]);
  const { letters, flush } = useOutbox(session?.user ?? '', onSent);
  const waiting = letters.filter(({ refused }) => !refused);
  const refused = letters.filter(({ refused: why }) => why);
  if (letters.length === 0) return null;
  return (
    <div className="outbox">
      {waiting.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t('outbox.waiting', { n: waiting.length })}
          description={t('outbox.waitingText')}
          action={
            <Button size="small" onClick={() => void flush()}>
              {t('outbox.sendNow')}
            </Button>
          }
        />
      )}
      {refused.length > 0 && <Alert type="error" showIcon title={t('outbox.refused', { n: refused.length })} description={<Refused letters={refused} />} />}
    </div>
  );
}

function Refused({ letters }: { letters: readonly Letter[] }) {
  const { t } = useTexts();
  return (
    <ul className="outbox-list">
      {letters.map((letter) => (
        <li key={letter.key}>
          <b>
            <Loc of={letter.title} />
          </b>{' '}
          <span className="num">{t('outbox.writtenAt', { time: formatInstant(new Date(letter.at).toISOString()) })}</span> <Loc of={letter.refused} />
          <Link to={letter.page}>{t('outbox.open')}</Link>
          <Popconfirm title={t('outbox.drop')} description={<div className="confirm-text">{t('outbox.dropWhy')}</div>} okText={t('outbox.drop')} cancelText={t('act.cancel')} onConfirm={() => void outbox.drop(letter.key)}>
            <Button size="small" type="link">
              {t('outbox.drop')}
            </Button>
          </Popconfirm>
        </li>
      ))}
    </ul>
  );
}
