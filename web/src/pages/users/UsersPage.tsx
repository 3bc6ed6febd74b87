import { Button, Input, Select, Table, type TableProps } from 'antd';
import { Search, UserRoundPlus } from 'lucide-react';
import { useAreas, useRoles, useUsers } from '../../api/hooks';
import type { Account } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { Watermark } from '../../components/Watermark';
import { formatInstant, formatNumber } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { SystemTabs } from '../system/SystemTabs';
import { AccountMarks } from './AccountMarks';
import { newAccount, UserPanel } from './UserPanel';
import { areaNames } from './rights';
import './users.css';

const states = ['active', 'locked', 'first-password', 'no-second-factor'] as const;

/** Who can log in, with which rights; opens one account beside the list. */
export function Component() {
  const { t } = useTexts();
  const { value, area, change } = useAddress();
  const session = useSession();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const list = useUsers({ q: value('q'), role: value('role'), state: value('state'), area, page, size });
  const columns = useColumns();
  const open = value('open');

  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>{t('nav.users')}</h1>
          <p className="page-sub">{t('help.users')}</p>
        </div>
        {may(session, 'users:write') && session?.accounts && (
          <div className="page-acts">
            <Button type="primary" icon={<UserRoundPlus size={14} aria-hidden />} onClick={() => change({ open: newAccount })}>
              {t('users.add')}
            </Button>
          </div>
        )}
      </div>
      <SystemTabs />
      <Card className="table-card">
        <Filters total={list.data?.total} />
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={12} />
        ) : (
          <Table<Account>
            className="list-table"
            size="small"
            rowKey="name"
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={list.data.items}
            columns={columns}
            rowClassName={({ name }) => (name === open ? 'row-open' : '')}
            locale={{
              emptyText: session?.accounts ? (
                <Nothing title={t('users.none')}>{t('users.noneText')}</Nothing>
              ) : (
                <Nothing title={t('users.noAccounts')}>{t('users.noAccountsText')}</Nothing>
              ),
            }}
            onRow={({ name }) => rowOpens(() => change({ open: name }))}
            pagination={pagination(list.data, page, size, t, change)}
          />
        )}
      </Card>
      <UserPanel name={open} onClose={() => change({ open: null })} onOpen={(name) => change({ open: name })} />
    </div>
  );
}
Component.displayName = 'UsersPage';

function useColumns(): TableProps<Account>['columns'] {
  const { t, loc } = useTexts();
  const areas = useAreas();
  return [
    {
      title: t('login.name'),
      render: (_, one) => (
        <span className="account-name">
          <b>{one.name}</b> <Data>{one.display}</Data>
        </span>
      ),
    },
    { title: t('account.roles'), render: (_, one) => one.roles.map(({ name }) => loc(name)).join(' · ') },
    { title: t('users.areas'), responsive: ['md'], render: (_, one) => areaNames(one.areas, areas.data?.items ?? [], t, loc) },
    { title: t('users.state'), render: (_, one) => <AccountMarks account={one} /> },
    {
      title: t('factor.title'),
      width: 120,
      responsive: ['lg'],
      render: (_, one) => <span className={one.secondFactor ? '' : 'secondary'}>{t(one.secondFactor ? 'users.factorOn' : 'users.factorOff')}</span>,
    },
    {
      title: t('users.lastLogin'),
      width: 150,
      className: 'num',
      responsive: ['lg'],
      render: (_, one) => (one.lastLogin ? formatInstant(one.lastLogin) : <span className="secondary">{t('users.never')}</span>),
    },
  ];
}

function Filters({ total }: { total: number | undefined }) {
  const { t, loc } = useTexts();
  const { value, change } = useAddress();
  const roles = useRoles();
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q, page: null }));
  return (
    <div className="filters">
      <Input
        className="filter-text"
        allowClear
        value={text}
        prefix={<Search size={14} aria-hidden />}
        placeholder={t('users.textHint')}
        aria-label={t('users.textHint')}
        onChange={(event) => setText(event.target.value)}
      />
      <Select
        className="filter-field"
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={value('role') || undefined}
        placeholder={t('users.allRoles')}
        aria-label={t('account.roles')}
        loading={roles.isLoading}
        options={roles.data?.roles.map(({ id, name }) => ({ value: id, label: loc(name) }))}
        onChange={(role?: string) => change({ role, page: null })}
      />
      <Select
        className="filter-field"
        allowClear
        value={value('state') || undefined}
        placeholder={t('users.allStates')}
        aria-label={t('users.state')}
        options={states.map((state) => ({ value: state, label: t(`accountState.${state}`) }))}
        onChange={(state?: string) => change({ state, page: null })}
      />
      {total !== undefined && <span className="filter-total">{t('table.total', { n: formatNumber(total) })}</span>}
    </div>
  );
}
