import { Input, Segmented, Table, type TableProps } from 'antd';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useFigures, type ReportedFigure } from '../../api/figures';
import { Card } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer, Nothing } from '../../components/States';
import { pagination, rowOpens } from '../../components/tableParts';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { readChoice, readCount } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useTypedValue } from '../../state/useTypedValue';
import { useWide } from '../../state/useWide';
import { FigureBulk } from './FigureBulk';
import { FigurePanel } from './FigurePanel';
import { SignMark } from './SignMark';

const states = ['all', 'draft', 'submitted', 'approved', 'published', 'set-aside', 'conflict'] as const;

/** Figures by state; chosen ones are submitted, approved, returned or published together. */
export function FigureListPart() {
  const { t } = useTexts();
  const { value, change, area } = useAddress();
  const state = readChoice(value('state'), states, 'all');
  const page = readCount(value('page'), 1, 1_000_000);
  const size = readCount(value('size'), 50, 200);
  const list = useFigures({ state: state === 'all' ? '' : state, area, q: value('q'), period: value('year'), page, size });
  const [text, setText] = useTypedValue(value('q'), (q) => change({ q, page: null }));
  const [year, setYear] = useTypedValue(value('year'), (one) => change({ year: one, page: null }));
  const [chosen, setChosen] = useState<number[]>([]);
  const counts = list.data?.counts;
  const count = (one: (typeof states)[number]) => (counts === undefined || one === 'all' ? '' : ` ${counts[one]}`);
  const narrowed = state !== 'all' || value('q') !== '' || value('year') !== '' || area !== '';
  return (
    <Card className="table-card">
      <div className="filters">
        <Segmented
          className="figure-states"
          aria-label={t('figures.state')}
          value={state}
          options={states.map((one) => ({ value: one, label: (one === 'all' ? t('figures.all') : t(`sign.${one}`)) + count(one) }))}
          onChange={(one) => {
            setChosen([]);
            change({ state: one === 'all' ? null : one, page: null });
          }}
        />
        <Input className="filter-text" allowClear value={text} prefix={<Search size={14} aria-hidden />} placeholder={t('figures.search')} aria-label={t('figures.search')} onChange={(event) => setText(event.target.value)} />
        <Input className="figure-year" allowClear value={year} placeholder={t('figures.year')} aria-label={t('figures.year')} onChange={(event) => setYear(event.target.value)} />
      </div>
      <Answer of={list} rows={10}>
        {(data) => (
          <>
            <FigureTable
              figures={data.items}
              loading={list.isPlaceholderData}
              chosen={chosen}
              onChoose={setChosen}
              paging={pagination(data, page, size, t, change)}
              empty={<Nothing title={t('figures.none')}>{t(narrowed ? 'figures.noneKept' : 'figures.noneText')}</Nothing>}
            />
            <FigureBulk figures={data.items.filter(({ figure }) => chosen.includes(figure))} onDone={setChosen} />
          </>
        )}
      </Answer>
      <SidePanel open={value('figure') !== ''} width={560} title={t('figures.detail', { n: value('figure') })} onClose={() => change({ figure: null })}>
        {value('figure') !== '' && <FigurePanel id={value('figure')} />}
      </SidePanel>
    </Card>
  );
}

interface TableParts {
  figures: readonly ReportedFigure[];
  loading: boolean;
  chosen: number[];
  onChoose: (figures: number[]) => void;
  paging: TableProps<ReportedFigure>['pagination'];
  empty: React.ReactNode;
}

function FigureTable({ figures, loading, chosen, onChoose, paging, empty }: TableParts) {
  const { t, loc } = useTexts();
  const { change } = useAddress();
  const wide = useWide();
  const session = useSession();
  const acts = may(session, 'figures:write') || may(session, 'figures:review');
  const columns = useColumns();
  return (
    <Table<ReportedFigure>
      className="list-table"
      size="small"
      rowKey="figure"
      loading={loading}
      dataSource={figures as ReportedFigure[]}
      columns={wide ? columns : [{ title: t('figures.view.list'), render: (_, one) => <NarrowFigure one={one} /> }]}
      showHeader={wide}
      tableLayout="auto"
      locale={{ emptyText: empty }}
      rowSelection={
        acts
          ? {
              columnWidth: 44,
              selectedRowKeys: chosen,
              onChange: (keys) => onChoose(keys as number[]),
              hideSelectAll: !wide,
              getCheckboxProps: (one) => ({ 'aria-label': t('figures.choose', { name: `${loc(one.name)} ${one.period}` }) }) as object,
            }
          : undefined
      }
      onRow={(one) => rowOpens(() => change({ figure: one.figure }, true))}
      pagination={paging}
    />
  );
}

function Name({ one }: { one: ReportedFigure }) {
  const { t } = useTexts();
  return (
    <>
      <Loc of={one.name} />
      {one.conflict && <span className="tag figure-conflict">{t('figures.inConflict')}</span>}
      <small className="block secondary">
        <Loc of={one.owner} />
      </small>
    </>
  );
}

function Value({ one }: { one: ReportedFigure }) {
  return (
    <span className="num figure-number">
      <b>
        <Data>{one.value}</Data>
      </b>{' '}
      <small>
        <Loc of={one.unit} />
      </small>
    </span>
  );
}

function useColumns(): TableProps<ReportedFigure>['columns'] {
  const { t } = useTexts();
  return [
    { title: t('indicators.col.name'), render: (_, one) => <Name one={one} /> },
    { title: t('figures.area'), width: 150, render: (_, one) => <Loc of={one.area_name} /> },
    { title: t('figures.year'), width: 100, className: 'num', dataIndex: 'period' },
    { title: t('figures.value'), width: 150, align: 'right', render: (_, one) => <Value one={one} /> },
    { title: t('figures.state'), width: 130, render: (_, one) => <SignMark state={one.state} /> },
    {
      title: t('figures.by'),
      width: 190,
      responsive: ['lg'],
      render: (_, one) => (
        <>
          <Data>{one.state_by}</Data>
          <small className="block secondary num">{formatInstant(one.state_at)}</small>
        </>
      ),
    },
  ];
}

function NarrowFigure({ one }: { one: ReportedFigure }) {
  return (
    <div className="figure-narrow">
      <div>
        <Name one={one} />
      </div>
      <div>
        <Value one={one} /> <SignMark state={one.state} />
      </div>
      <small className="secondary">
        <Loc of={one.area_name} /> · <span className="num">{one.period}</span> · <Data>{one.state_by}</Data>
      </small>
    </div>
  );
}
