import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, Segmented, Table, type TableProps } from 'antd';
import { useId, useState } from 'react';
import { Link } from 'react-router-dom';
import { post } from '../../api/client';
import { useEmergencies } from '../../api/hooks';
import type { Emergency } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant, noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { SystemTabs } from '../system/SystemTabs';
import { AskEmergency } from './AskEmergency';
import { EmergencyState } from './EmergencyState';
import './breakglass.css';

const states = ['', 'waiting', 'approved', 'objected'] as const;

/** Who opened whom in an emergency, and whether somebody has looked at it since; one's own for who may ask. */
export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const session = useSession();
  const reviews = may(session, 'break-glass:review') && session?.accounts === true;
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const list = useEmergencies({ state: value('state'), page, size });
  const columns = useColumns(reviews);
  const open = list.data?.items.find(({ id }) => String(id) === value('open'));
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.emergency')} <InternalMark />
          </h1>
          <p className="page-sub">{t(reviews ? 'help.emergency' : 'emergency.own')}</p>
        </div>
        <div className="page-acts">
          <AskEmergency />
        </div>
      </div>
      <SystemTabs />
      <Card className="table-card">
        <div className="filters">
          <Segmented
            value={value('state')}
            aria-label={t('users.state')}
            options={states.map((state) => ({ value: state, label: t(state === '' ? 'emergency.all' : `emergencyState.${state}`) }))}
            onChange={(state) => change({ state, page: null })}
          />
        </div>
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={8} />
        ) : (
          <Table<Emergency>
            className="list-table"
            size="small"
            rowKey="id"
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={list.data.items}
            columns={columns}
            rowClassName={({ id }) => (id === open?.id ? 'row-open' : '')}
            locale={{ emptyText: <Nothing title={t('emergency.none')}>{t('emergency.noneText')}</Nothing> }}
            onRow={({ id }) => rowOpens(() => change({ open: id }))}
            pagination={pagination(list.data, page, size, t, change)}
          />
        )}
      </Card>
      <SidePanel open={open !== undefined} width={480} title={t('emergency.one', { id: open?.id ?? '' })} onClose={() => change({ open: null })}>
        {open && <One key={open.id} one={open} reviews={reviews} />}
      </SidePanel>
    </div>
  );
}
Component.displayName = 'BreakGlassPage';

function useColumns(reviews: boolean): TableProps<Emergency>['columns'] {
  const { t } = useTexts();
  const wide = useWide();
  return [
    { title: t('emergency.asked'), width: wide ? 150 : 96, className: 'num', render: (_, one) => formatInstant(one.asked) },
    ...(reviews ? [{ title: t('audit.who'), render: (_: unknown, one: Emergency) => <Data>{one.display ?? one.user}</Data> }] : []),
    { title: t('audit.whom'), responsive: ['md'], className: 'num', render: (_, one) => t('audit.resident', { id: one.resident }) },
    { title: t('policy.reason'), responsive: ['md'], render: (_, one) => <span className="wrap"><Data>{one.reason}</Data></span> },
    { title: t('emergency.until'), width: 150, className: 'num', responsive: ['lg'], render: (_, one) => formatInstant(one.until) },
    { title: t('users.state'), width: wide ? 140 : 110, render: (_, one) => <EmergencyState state={one.state} /> },
  ];
}

function One({ one, reviews }: { one: Emergency; reviews: boolean }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const session = useSession();
  const resident = t('audit.resident', { id: one.resident });
  return (
    <>
      <Facts
        items={[
          [t('audit.who'), <Data>{one.display ? `${one.display} ${one.user}` : one.user}</Data>],
          [t('audit.whom'), may(session, 'residents:read') ? <Link to={link(`/residents/${one.resident}`)}>{resident}</Link> : resident],
          [t('policy.reason'), <Data>{one.reason}</Data>],
          [t('emergency.asked'), <span className="num">{formatInstant(one.asked)}</span>],
          [t('emergency.until'), <span className="num">{formatInstant(one.until)}</span>],
          [t('users.state'), <EmergencyState state={one.state} />],
          [t('emergency.reviewer'), one.reviewer ?? noValue],
          [t('emergency.reviewed'), <span className="num">{formatInstant(one.reviewed)}</span>],
          [t('emergency.note'), <Data>{one.note || noValue}</Data>],
        ]}
      />
      {may(session, 'audit:read') && (
        <p className="panel-link">
          <Link to={link('/system/audit', { user: one.user, resident: one.resident })}>{t('emergency.toAudit')}</Link>
        </p>
      )}
      {reviews && one.state === 'waiting' && (one.user === session?.user ? <Alert type="info" showIcon title={t('emergency.notOwn')} /> : <Review one={one} />)}
    </>
  );
}

/** Approve, or object with a note, which ends it at once. */
function Review({ one }: { one: Emergency }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const [note, setNote] = useState('');
  const id = useId();
  const send = async (approve: boolean) => {
    const text = note.trim();
    const done = await run(() => post<Emergency>(`/api/break-glass/${one.id}/review`, { approve, ...(text ? { note: text } : {}) }));
    if (!done) return;
    await client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] === '/api/break-glass' });
    void message.success(t(approve ? 'emergency.approveDone' : 'emergency.objectDone'));
  };
  return (
    <form className="panel-form" aria-label={t('emergency.review')} onSubmit={(event) => event.preventDefault()}>
      <h3>{t('emergency.review')}</h3>
      <label htmlFor={`${id}-note`}>{t('emergency.note')}</label>
      <Input.TextArea id={`${id}-note`} rows={3} maxLength={500} value={note} aria-describedby={`${id}-help`} onChange={(event) => setNote(event.target.value)} />
      <p id={`${id}-help`} className="form-help">
        {t('emergency.noteHelp')}
      </p>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" loading={busy} onClick={() => void send(true)}>
          {t('emergency.approve')}
        </Button>
        <Button danger disabled={note.trim() === ''} loading={busy} onClick={() => void send(false)}>
          {t('emergency.object')}
        </Button>
      </div>
    </form>
  );
}
