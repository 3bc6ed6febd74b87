import { Button } from 'antd';
import { useEffect, type ReactNode } from 'react';
import { useTexts } from '../../i18n';
import { usePreferences } from '../../state/preferences';

/** The page around what must be done before anything else: no navigation, no data. */
export function Gatehouse({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  const { t } = useTexts();
  const { language, setLanguage } = usePreferences();
  const other = language === 'zh' ? 'en' : 'zh';
  const full = `${title} · ${t('product')}`;
  useEffect(() => {
    document.title = full;
  }, [full]);
  return (
    <main className="gatehouse">
      <div className="card gatehouse-card">
        <div className="gatehouse-head">
          <img src="/icon.svg" alt="" width={32} height={32} />
          <div>
            <div className="brand-name">{t('product')}</div>
            <div className="card-note">{t('product.sub')}</div>
          </div>
          <Button type="text" size="small" lang={other} onClick={() => setLanguage(other)}>
            {t('shell.otherLanguage')}
          </Button>
        </div>
        <h1>{title}</h1>
        <p className="page-sub">{text}</p>
        {children}
      </div>
    </main>
  );
}
