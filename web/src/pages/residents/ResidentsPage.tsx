import { Input, InputNumber, Segmented, Table, type TableProps } from 'antd';
import { Search } from 'lucide-react';
import { useResidents } from '../../api/hooks';
import type { Resident } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { InternalMark, Watermark } from '../../components/Watermark';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts, type Texts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { AskEmergency } from '../breakglass/AskEmergency';
import { genderKey } from './gender';
import './residents.css';

export function Component() {
  const { t } = useTexts();
  const { value, area, change, go } = useAddress();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const list = useResidents({
    q: value('q'),
    area,
    sex: value('sex'),
    ageFrom: value('ageFrom'),
    ageTo: value('ageTo'),
    page,
    size,
  });

  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.residents')} <InternalMark />
          </h1>
          <p className="page-sub">{t('residents.question')}</p>
        </div>
        <div className="page-acts">
          <AskEmergency />
        </div>
      </div>
      <Card className="table-card">
        <Filters />
        {list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={12} />
        ) : (
          <Table<Resident>
            className="list-table"
            size="small"
            rowKey="id"
            sticky={{ offsetHeader: 56 }}
            loading={list.isPlaceholderData}
            dataSource={list.data.items}
            columns={makeColumns(t)}
            locale={{ emptyText: <Nothing title={t('residents.none')}>{t('residents.noneText')}</Nothing> }}
            onRow={(one) => rowOpens(() => void go(`/residents/${one.id}`))}
            pagination={pagination(list.data, page, size, t, change)}
          />
        )}
      </Card>
    </div>
  );
}
Component.displayName = 'ResidentsPage';

function makeColumns(t: Texts['t']): TableProps<Resident>['columns'] {
  return [
    {
      title: t('resident.name'),
      render: (_, one) => (
        <span className="resident-name">
          <Data>{one.name || noValue}</Data>
          {one.provisional && <span className="tag" title={t('resident.provisionalWhy')}>{t('resident.provisional')}</span>}
          {one.deceased && <span className="tag">{t('resident.deceased')}</span>}
        </span>
      ),
    },
    { title: t('resident.gender'), width: 80, responsive: ['md'], render: (_, one) => t(genderKey(one.gender)) },
    {
      title: t('resident.age'),
      width: 90,
      align: 'right',
      className: 'num',
      render: (_, one) => (one.age === null ? noValue : t('resident.years', { n: one.age })),
    },
    { title: t('resident.birthDate'), width: 130, className: 'num', responsive: ['md'], render: (_, one) => one.birthDate ?? noValue },
    { title: t('shell.area'), render: (_, one) => <Loc of={one.areaName ?? one.area ?? noValue} /> },
    { title: t('resident.identifier'), className: 'num', width: 220, responsive: ['md'], render: (_, one) => one.identifierMasked ?? noValue },
  ];
}

function Filters() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q, page: null }));
  const ageField = (name: 'ageFrom' | 'ageTo') => (
    <InputNumber
      className="filter-age"
      min={0}
      max={130}
      precision={0}
      controls={false}
      value={value(name) === '' ? null : Number(value(name))}
      aria-label={t(`residents.${name}`)}
      placeholder={t(`residents.${name}`)}
      onChange={(age) => change({ [name]: age, page: null })}
    />
  );
  return (
    <div className="filters">
      <Input
        autoFocus
        className="filter-person"
        allowClear
        value={text}
        prefix={<Search size={14} aria-hidden />}
        placeholder={t('residents.textHint')}
        aria-label={t('residents.textHint')}
        onChange={(event) => setText(event.target.value)}
      />
      <Segmented
        value={value('sex')}
        aria-label={t('resident.gender')}
        options={[
          { value: '', label: t('residents.bothSexes') },
          { value: 'female', label: t('gender.female') },
          { value: 'male', label: t('gender.male') },
        ]}
        onChange={(sex) => change({ sex, page: null })}
      />
      <span className="filter-ages">
        {ageField('ageFrom')}
        <span className="faint">–</span>
        {ageField('ageTo')}
        <span className="faint">{t('residents.ageUnit')}</span>
      </span>
    </div>
  );
}
