import { Button, Skeleton } from 'antd';
import { Inbox, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ApiError } from '../api/client';
import { useTexts } from '../i18n';

export function PageLoading() {
  const { t } = useTexts();
  return (
    <div className="page" aria-busy="true" aria-label={t('state.loading')}>
      <Skeleton active title={{ width: 220 }} paragraph={{ rows: 8 }} />
    </div>
  );
}

export function BlockLoading({ rows = 5 }: { rows?: number }) {
  const { t } = useTexts();
  return (
    <div className="block-loading" aria-busy="true" aria-label={t('state.loading')}>
      <Skeleton active title={false} paragraph={{ rows, width: '100%' }} />
    </div>
  );
}

/** Nothing to show, and why. */
export function Nothing({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="state">
      <Inbox size={26} strokeWidth={1.4} aria-hidden />
      <h3>{title}</h3>
      {children && <div className="state-text">{children}</div>}
    </div>
  );
}

export function useErrorText(): (error: unknown) => string {
  const { t, language } = useTexts();
  return (error) => {
    if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
    if (error.code === 'unreachable') return t('error.unreachable');
    const said = language === 'zh' ? error.messageZh || error.message : error.message;
    return error.where ? `${said} (${error.where})` : said;
  };
}

/** What happened, what was kept, what to do. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTexts();
  const textOf = useErrorText();
  const status = error instanceof ApiError ? error.status : -1;
  const advice = status === 0 ? t('error.adviceStart') : status === 404 ? t('error.adviceGone') : t('error.advice');
  return (
    <div className="state" role="alert">
      <TriangleAlert size={26} strokeWidth={1.4} aria-hidden />
      <h3>{t('error.title')}</h3>
      <div className="state-text">
        <p lang={undefined}>{textOf(error)}</p>
        <p>{advice}</p>
      </div>
      {retry && (
        <Button icon={<RotateCw size={14} aria-hidden />} onClick={retry}>
          {t('error.retry')}
        </Button>
      )}
    </div>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  refetch: () => unknown;
}

/** Loading, failed or the content: one rule for every block that asks the hub. */
export function Answer<T>(props: { of: Asked<T>; rows?: number; children: (data: T) => ReactNode }) {
  const { of: asked, rows, children } = props;
  if (asked.isError) return <Failed error={asked.error} retry={() => void asked.refetch()} />;
  if (asked.data === undefined) return <BlockLoading rows={rows} />;
  return <>{children(asked.data)}</>;
}
