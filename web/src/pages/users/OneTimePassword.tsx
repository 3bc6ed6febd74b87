import { App, Button, Modal } from 'antd';
import { Copy } from 'lucide-react';
import type { AccountPassword } from '../../api/types';
import { useTexts } from '../../i18n';

/** A password that was made just now. It is nowhere else, so nothing but its button closes this. */
export function OneTimePassword({ made, onDone }: { made: AccountPassword | null; onDone: () => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const copy = async (text: string) => {
    await navigator.clipboard.writeText(text);
    void message.success(t('copy.done'));
  };
  return (
    <Modal
      open={made !== null}
      title={made ? t('users.passwordFor', { name: made.account.name }) : ''}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      destroyOnHidden
      footer={
        <Button type="primary" onClick={onDone}>
          {t('users.passwordDone')}
        </Button>
      }
    >
      <p>{t('users.passwordOnce')}</p>
      <div className="one-time">
        <code>{made?.password}</code>
        <Button icon={<Copy size={14} aria-hidden />} onClick={() => void copy(made?.password ?? '')}>
          {t('copy.text')}
        </Button>
      </div>
    </Modal>
  );
}
