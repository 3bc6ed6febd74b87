import { AutoComplete, Button, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useUsers } from '../../api/hooks';
import { useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { useAuditWords } from './useAuditWords';
import { actions, purposes } from './what';

const dayFormat = 'YYYY-MM-DD';

/** Who, whom, what, when, for what, from where; each stands in the address. */
export function AuditFilters({ narrowed }: { narrowed: boolean }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const words = useAuditWords();
  const set = (name: string) => (text: string | null | undefined) => change({ [name]: text ?? null, before: null });
  const [resident, setResident] = useTypedValue(value('resident'), set('resident'));
  const [from, setFrom] = useTypedValue(value('from'), set('from'));
  return (
    <div className="filters">
      <UserAndDays />
      <Input
        className="filter-resident"
        allowClear
        inputMode="numeric"
        value={resident}
        aria-label={t('audit.whom')}
        placeholder={t('audit.whomHint')}
        onChange={(event) => setResident(event.target.value.replace(/\D/g, ''))}
      />
      <Select
        className="filter-action"
        allowClear
        value={value('action') || undefined}
        aria-label={t('audit.action')}
        placeholder={t('audit.allActions')}
        options={actions.map((one) => ({ value: one, label: words.action(one) }))}
        onChange={set('action')}
      />
      <Select
        className="filter-action"
        allowClear
        value={value('purpose') || undefined}
        aria-label={t('audit.purpose')}
        placeholder={t('audit.allPurposes')}
        options={purposes.map((one) => ({ value: one, label: words.purpose(one) }))}
        onChange={set('purpose')}
      />
      <Input
        className="filter-resident"
        allowClear
        value={from}
        aria-label={t('audit.from')}
        placeholder={t('audit.fromHint')}
        onChange={(event) => setFrom(event.target.value)}
      />
      {narrowed && (
        <Button
          type="link"
          onClick={() =>
            change({ user: null, resident: null, what: null, action: null, purpose: null, since: null, until: null, from: null, before: null })
          }
        >
          {t('table.clearFilters')}
        </Button>
      )}
    </div>
  );
}

/** Who and when: what every list of acts is narrowed by. */
export function UserAndDays() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const users = useUsers({ size: 200 });
  const set = (name: string) => (text: string | null | undefined) => change({ [name]: text ?? null, before: null, page: null });
  const [user, setUser] = useTypedValue(value('user'), set('user'));
  const day = (name: 'since' | 'until') => (
    <DatePicker
      className="filter-day"
      format={dayFormat}
      value={value(name) ? dayjs(value(name), dayFormat) : null}
      minDate={name === 'until' && value('since') ? dayjs(value('since')) : undefined}
      maxDate={name === 'since' && value('until') ? dayjs(value('until')) : undefined}
      aria-label={t(`audit.${name}`)}
      placeholder={t(`audit.${name}`)}
      onChange={(chosen) => set(name)(chosen?.format(dayFormat))}
    />
  );
  return (
    <>
      <AutoComplete
        className="filter-user"
        allowClear
        value={user}
        aria-label={t('audit.who')}
        placeholder={t('audit.whoHint')}
        showSearch={{ filterOption: (text, option) => String(option?.label ?? '').toLowerCase().includes(text.toLowerCase()) }}
        options={users.data?.items.map(({ name, display }) => ({ value: name, label: display ? `${display} ${name}` : name }))}
        onChange={(text?: string) => setUser(text ?? '')}
      />
      <span className="filter-ages">
        {day('since')}
        <span className="faint">–</span>
        {day('until')}
      </span>
    </>
  );
}
