import { Drawer } from 'antd';
import { Link } from 'react-router-dom';
import { useTexts, type Key } from '../i18n';
import { may, useSession } from '../state/session';
import { useAddress } from '../state/useAddress';
import { pages } from './pages';

const shortcuts: [string, Key][] = [
  ['Ctrl K  ⌘ K  /', 'help.keySearch'],
  ['?', 'help.keyHelp'],
  ['w', 'help.keyWall'],
  ['Esc', 'help.keyClose'],
  ['Tab  Enter', 'help.keyTab'],
];

export function HelpDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const session = useSession();

  return (
    <Drawer open={open} onClose={onClose} title={t('shell.help')} size={420}>
      <h3 className="help-title">{t('help.pages')}</h3>
      <dl className="help-pages">
        {pages.filter(({ needs }) => may(session, needs)).map(({ path, label, answers, letter }) => (
          <div key={path}>
            <dt>
              <Link to={link(path)} onClick={onClose}>
                {t(label)}
              </Link>
              <span>
                <kbd>g</kbd> <kbd>{letter}</kbd>
              </span>
            </dt>
            <dd>{t(answers)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="help-title">{t('help.keys')}</h3>
      <dl className="help-keys">
        {shortcuts.map(([keys, label]) => (
          <div key={label}>
            <dt>
              {keys.split('  ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(label)}</dd>
          </div>
        ))}
      </dl>
      <h3 className="help-title">{t('help.marks')}</h3>
      <p className="help-text">{t('help.marksText')}</p>
    </Drawer>
  );
}
