import { Button, Pagination, Segmented, Select } from 'antd';
import { Download } from 'lucide-react';
import { withQuery } from '../../api/client';
import { useDue, useEligible, useProgrammes, type DueList, type DuePeople, type DueResident, type EligibleList, type ProgrammeList } from '../../api/programmes';
import { Card } from '../../components/Card';
import { Answer, BlockLoading, Failed, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { readChoice, readCount } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { DueServices } from './DueServices';
import './programmes.css';

const states = ['overdue', 'due', 'later'] as const;
const views = ['due', 'ask'] as const;

/** 随访工作台: who is to be visited, who waits too long, who should be enrolled. */
export function Component() {
  const { t } = useTexts();
  const programmes = useProgrammes();
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.programmes')} <InternalMark />
          </h1>
          <p className="page-sub">
            {t('help.programmes')} {programmes.data && <span className="num">{t('due.onDay', { day: programmes.data.day })}</span>}
          </p>
        </div>
      </div>
      <Answer of={programmes} rows={10}>
        {(all) => <Workbench all={all} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'ProgrammesPage';

function Workbench({ all }: { all: ProgrammeList }) {
  const { value, area, change } = useAddress();
  const { t, loc, language } = useTexts();
  const view = readChoice(value('view'), views, 'due');
  const programme = all.items.some(({ id }) => id === value('programme')) ? value('programme') : '';
  const state = states.find((one) => one === value('state')) ?? '';
  const organization = value('organization');
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 20, 200);
  const query = { programme, state, area, organization };
  const list = useDue({ ...query, page, size }, view === 'due');
  return (
    <>
      {view === 'due' && list.data && <Counts people={list.data.people} state={state} onState={(next) => change({ state: next || null, page: null })} />}
      <Card className="table-card">
        <div className="filters">
          <Segmented
            value={view}
            aria-label={t('nav.programmes')}
            options={views.map((one) => ({ value: one, label: t(one === 'due' ? 'due.list' : 'due.ask') }))}
            onChange={(next) => change({ view: next === 'due' ? null : next, page: null })}
          />
          <Select
            className="filter-field"
            allowClear
            aria-label={t('programme.which')}
            placeholder={t('due.allProgrammes')}
            value={programme || undefined}
            options={all.items.filter(({ people, asks }) => (view === 'ask' ? asks : people.members > 0)).map((one) => ({ value: one.id, label: loc(one.title) }))}
            onChange={(next: string | undefined) => change({ programme: next ?? null, page: null })}
          />
          {view === 'due' && all.organizations.length > 1 && (
            <Select
              className="filter-field"
              allowClear
              showSearch
              optionFilterProp="label"
              aria-label={t('due.allInstitutions')}
              placeholder={t('due.allInstitutions')}
              value={organization || undefined}
              options={all.organizations.map(({ id, name }) => ({ value: id, label: name || id }))}
              onChange={(next: string | undefined) => change({ organization: next ?? null, page: null })}
            />
          )}
          {view === 'due' && (
            <span className="filter-acts">
              <Button icon={<Download size={14} aria-hidden />} href={withQuery('/api/programmes/due.csv', { ...query, lang: language })}>
                {t('due.export')}
              </Button>
            </span>
          )}
        </div>
        {view === 'ask' ? (
          <ToEnrol programme={programme} page={page} size={size} />
        ) : list.isError ? (
          <Failed error={list.error} retry={() => void list.refetch()} />
        ) : !list.data ? (
          <BlockLoading rows={10} />
        ) : (
          <Rows list={list.data} page={page} size={size} />
        )}
      </Card>
    </>
  );
}

function Counts({ people, state, onState }: { people: DuePeople; state: string; onState: (state: string) => void }) {
  const { t } = useTexts();
  return (
    <div className="due-counts">
      {states.map((one) => (
        <button key={one} type="button" className="due-count" aria-pressed={state === one} onClick={() => onState(state === one ? '' : one)}>
          <span>{t(`due.state.${one}`)}</span>
          <b className="num">{formatNumber(people[one])}</b>
        </button>
      ))}
      <div className="due-count">
        <span>{t('due.members')}</span>
        <b className="num">{formatNumber(people.members)}</b>
      </div>
    </div>
  );
}

function Pages({ list, page, size }: { list: DueList | EligibleList; page: number; size: number }) {
  const { t } = useTexts();
  const { change } = useAddress();
  if (list.total <= size) return null;
  return (
    <div className="due-pages">
      <Pagination
        size="small"
        current={page}
        pageSize={size}
        total={list.total}
        showSizeChanger={false}
        showTotal={(n) => t('table.total', { n: formatNumber(n) })}
        onChange={(next) => change({ page: next > 1 ? next : null })}
      />
    </div>
  );
}

function Who({ one }: { one: Pick<DueResident, 'id' | 'name' | 'age' | 'areaName' | 'area'> & { organization?: DueResident['organization'] } }) {
  const { t } = useTexts();
  return (
    <div className="due-who">
      <b id={`who-${one.id}`}>
        <Data>{one.name || noValue}</Data>
      </b>{' '}
      {one.age !== null && <span className="num">{t('resident.years', { n: one.age })}</span>}
      <small>
        <Loc of={one.areaName ?? one.area ?? ''} />
        {one.organization?.name && (
          <>
            {' '}
            · <Data>{one.organization.name}</Data>
          </>
        )}
      </small>
    </div>
  );
}

function Rows({ list, page, size }: { list: DueList; page: number; size: number }) {
  const { t } = useTexts();
  const { go } = useAddress();
  const session = useSession();
  if (list.items.length === 0) return <Nothing title={t('due.none')}>{t('due.noneText')}</Nothing>;
  return (
    <>
      <ul className="due-list">
        {list.items.map((one) => (
          <li key={one.id} className="due-row">
            <Who one={one} />
            <DueServices services={one.services.filter(({ state }) => state !== 'later' || one.state === 'later')} />
            {may(session, 'programmes:write') && (
              <Button type={one.state === 'overdue' ? 'primary' : 'default'} id={`visit-${one.id}`} aria-labelledby={`visit-${one.id} who-${one.id}`} onClick={() => void go(`/programmes/visit/${one.id}`)}>
                {t('due.visit')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Pages list={list} page={page} size={size} />
    </>
  );
}

function ToEnrol({ programme, page, size }: { programme: string; page: number; size: number }) {
  const { t } = useTexts();
  const { go } = useAddress();
  const list = useEligible(programme, { page, size });
  if (programme === '') return <Nothing title={t('due.ask')}>{t('due.choose')}</Nothing>;
  return (
    <Answer of={list} rows={8}>
      {(found) =>
        found.items.length === 0 ? (
          <Nothing title={t('due.askNone')} />
        ) : (
          <>
            <p className="source">{t('due.askText')}</p>
            <ul className="due-list">
              {found.items.map((one) => (
                <li key={one.id} className="due-row">
                  <Who one={one} />
                  <small className="num">
                    {one.since ?? noValue} · <Data>{one.note}</Data>
                  </small>
                  <Button onClick={() => void go(`/residents/${one.id}`)}>{t('programme.enrol')}</Button>
                </li>
              ))}
            </ul>
            <Pages list={found} page={page} size={size} />
          </>
        )
      }
    </Answer>
  );
}
