import { Button } from 'antd';
import { Download } from 'lucide-react';
import { withQuery } from '../../api/client';
import { useAudit } from '../../api/hooks';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant } from '../../format/format';
import { useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { SystemTabs } from '../system/SystemTabs';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { ChainCheck } from './ChainCheck';
import { auditQuery } from './what';
import './audit.css';

/** Who did what, about whom, when, for what and from where; and whether the record of it is whole. */
export function Component() {
  const { t, language } = useTexts();
  const { value, change } = useAddress();
  const query = auditQuery(value);
  const before = value('before');
  const list = useAudit({ ...query, before, size: readCount(value('size'), 50, 200) });
  const narrowed = Object.keys(query).length > 0;

  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.audit')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.audit')}</p>
        </div>
        <div className="page-acts">
          <Button icon={<Download size={14} aria-hidden />} href={withQuery('/api/audit.csv', { ...query, lang: language })} download>
            {t('table.csv')}
          </Button>
        </div>
      </div>
      <SystemTabs />
      <ChainCheck />
      <Card className="table-card">
        <AuditFilters narrowed={narrowed} />
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={12} />
        ) : (
          <>
            {list.data.items.length > 0 || !list.data.next ? (
              <AuditTable
                entries={list.data.items}
                loading={list.isPlaceholderData}
                empty={
                  <Nothing title={t('audit.none')}>
                    {t(narrowed || before ? 'audit.noneText' : 'audit.noneAtAll')}
                  </Nothing>
                }
              />
            ) : (
              <Nothing title={t('audit.noneYet')}>{t('audit.noneYetText', { time: formatInstant(list.data.lookedBackTo) })}</Nothing>
            )}
            <div className="pager">
              {before && <Button onClick={() => change({ before: null }, true)}>{t('audit.newest')}</Button>}
              {list.data.next && (
                <Button onClick={() => change({ before: list.data?.next }, true)} loading={list.isPlaceholderData}>
                  {t(list.data.items.length > 0 ? 'audit.older' : 'audit.goOn')}
                </Button>
              )}
              {!list.data.next && list.data.items.length > 0 && <span className="secondary">{t('audit.end')}</span>}
            </div>
          </>
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'AuditPage';
