import { Table, type TableProps } from 'antd';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';
import type { AuditEntry } from '../../api/types';
import { formatInstant } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useWide } from '../../state/useWide';
import { useAddress } from '../../state/useAddress';
import { useAuditWords } from './useAuditWords';
import { together, whoOf, type Several } from './what';

interface Props {
  entries: readonly AuditEntry[];
  loading: boolean;
  empty: ReactNode;
}

/** Entries, newest first; what follows one another and says the same is one line. Who and whom narrow the
 *  list by a click. A phone has one column. */
export function AuditTable({ entries, loading, empty }: Props) {
  const wide = useWide();
  const columns = useColumns();
  const narrow = useNarrowColumn();
  return (
    <Table<Several>
      className="list-table audit-table"
      size="small"
      rowKey={({ entry }) => entry.id}
      sticky={{ offsetHeader: wide ? 56 : 0 }}
      showHeader={wide}
      loading={loading}
      dataSource={together(entries)}
      columns={wide ? columns : narrow}
      locale={{ emptyText: empty }}
      pagination={false}
    />
  );
}

function useColumns(): TableProps<Several>['columns'] {
  const { t } = useTexts();
  const words = useAuditWords();
  return [
    { title: t('audit.when'), width: 156, className: 'num', render: (_, { entry }) => formatInstant(entry.at, true) },
    { title: t('audit.who'), render: (_, { entry }) => <Who entry={entry} /> },
    { title: t('audit.action'), width: 150, render: (_, { entry }) => words.action(entry.action) },
    { title: t('audit.what'), render: (_, line) => <What line={line} /> },
    { title: t('audit.purpose'), width: 130, render: (_, { entry }) => words.purpose(entry.purpose) },
    { title: t('audit.from'), width: 140, className: 'num', responsive: ['lg'], render: (_, { entry }) => entry.from || <span className="secondary">{t('audit.thisMachine')}</span> },
    { title: t('audit.entry'), width: 90, align: 'right', className: 'num secondary', responsive: ['xl'], render: (_, { entry }) => entry.id },
  ];
}

function useNarrowColumn(): TableProps<Several>['columns'] {
  const { t } = useTexts();
  const words = useAuditWords();
  return [
    {
      title: t('nav.audit'),
      render: (_, line) => (
        <div className="audit-entry">
          <div className="audit-line">
            <Who entry={line.entry} />
            <span className="num secondary">{formatInstant(line.entry.at, true)}</span>
          </div>
          <div>
            {words.action(line.entry.action)} <What line={line} />
          </div>
          <small className="secondary">
            {words.purpose(line.entry.purpose)} · {line.entry.from || t('audit.thisMachine')}
          </small>
        </div>
      ),
    },
  ];
}

function What({ line: { entry, times } }: { line: Several }) {
  const { t } = useTexts();
  const words = useAuditWords();
  return (
    <span className="audit-what">
      <Whom entry={entry} />
      <Data>{words.what(entry.what)}</Data>
      {times > 1 && <span className="tag num">{t('audit.times', { n: times })}</span>}
    </span>
  );
}

function Who({ entry }: { entry: AuditEntry }) {
  const { t } = useTexts();
  const { change } = useAddress();
  const { name, account } = whoOf(entry);
  return (
    <button type="button" className="narrow" title={t('audit.onlyThisUser')} onClick={() => change({ user: entry.user, before: null }, true)}>
      <Data>{name}</Data>
      {account && <small>{account}</small>}
    </button>
  );
}

function Whom({ entry }: { entry: AuditEntry }) {
  const { t } = useTexts();
  const { change, link } = useAddress();
  const session = useSession();
  if (entry.resident === null) return null;
  const named = entry.residentName !== null && may(session, 'residents:read');
  return (
    <>
      <button
        type="button"
        className="narrow num"
        title={t('audit.onlyThisResident')}
        onClick={() => change({ resident: entry.resident, before: null }, true)}
      >
        {t('audit.resident', { id: entry.resident })}
      </button>
      {named && (
        <Link to={link(`/residents/${entry.resident}`)}>
          <Data>{entry.residentName}</Data>
        </Link>
      )}
    </>
  );
}
