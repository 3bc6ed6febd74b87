import { Table, type TableProps } from 'antd';
import { Siren } from 'lucide-react';
import { Link } from 'react-router-dom';
import { useUnrelated } from '../../api/hooks';
import type { UnrelatedLook } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination } from '../../components/tableParts';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant, formatNumber } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { UserAndDays } from '../audit/AuditFilters';
import { auditQuery } from '../audit/what';
import { useAuditWords } from '../audit/useAuditWords';
import { SystemTabs } from '../system/SystemTabs';
import '../audit/audit.css';
import './breakglass.css';

/** Who looked at residents to whom neither area nor relation leads; the audit has each look. */
export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const { user, since, until } = auditQuery(value);
  const list = useUnrelated({ user, since, until, page, size });
  const columns = useColumns();
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.unrelated')} <InternalMark />
          </h1>
          <p className="page-sub">{t('help.unrelated')}</p>
        </div>
      </div>
      <SystemTabs />
      <Card className="table-card">
        <div className="filters">
          <UserAndDays />
          {list.data && (
            <span className="filter-total">
              {t('unrelated.of', { n: formatNumber(list.data.total), entries: formatNumber(list.data.entries) })}
            </span>
          )}
        </div>
        <p className="list-note secondary">{t(since || until ? 'unrelated.what' : 'unrelated.whatMonth')}</p>
        {list.data && !list.data.complete && <p className="list-note text-missed">{t('unrelated.incomplete')}</p>}
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={8} />
        ) : (
          <Table<UnrelatedLook>
            className="list-table"
            size="small"
            rowKey={({ user: who, resident }) => `${who} ${resident}`}
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={list.data.items}
            columns={columns}
            locale={{ emptyText: <Nothing title={t('unrelated.none')}>{t('unrelated.noneText')}</Nothing> }}
            pagination={pagination(list.data, page, size, t, change)}
          />
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'UnrelatedPage';

function useColumns(): TableProps<UnrelatedLook>['columns'] {
  const { t } = useTexts();
  const { link } = useAddress();
  const words = useAuditWords();
  return [
    {
      title: t('audit.who'),
      render: (_, one) => (
        <>
          <Data>{one.display ?? one.user}</Data> {one.display && <small className="secondary">{one.user}</small>}
        </>
      ),
    },
    {
      title: t('audit.whom'),
      className: 'num',
      render: (_, one) => (
        <>
          <Link to={link('/system/audit', { user: one.user, resident: one.resident })}>{t('audit.resident', { id: one.resident })}</Link>
          {one.emergency && (
            <span className="emergency-state emergency-waiting unrelated-emergency">
              <Siren size={14} aria-hidden />
              {t('nav.emergency')}
            </span>
          )}
        </>
      ),
    },
    { title: t('unrelated.reads'), width: 90, align: 'right', className: 'num', render: (_, one) => formatNumber(one.reads) },
    { title: t('unrelated.first'), width: 150, className: 'num', responsive: ['lg'], render: (_, one) => formatInstant(one.first) },
    { title: t('unrelated.last'), width: 150, className: 'num', responsive: ['md'], render: (_, one) => formatInstant(one.last) },
    { title: t('audit.purpose'), width: 130, responsive: ['md'], render: (_, one) => words.purpose(one.purpose) },
  ];
}
