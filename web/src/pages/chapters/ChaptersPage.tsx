import { Alert, Button, Input, Select } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { makeChapter, useChapters, type ChapterLine } from '../../api/chapters';
import { useFlows } from '../../api/flows';
import { useAreas } from '../../api/hooks';
import { useReports } from '../../api/plans';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { IndicatorTabs } from '../measures/IndicatorTabs';
import '../measures/measures.css';
import './chapters.css';

/** Reports on their way: what there is, where it stands, and how one begins. */
export function Component() {
  const { t } = useTexts();
  const list = useChapters();
  const flows = useFlows().data ?? [];
  const mayStart = flows.some(({ id, may_start }) => id === 'report-passing' && may_start);
  return (
    <div className="page">
      <div className="page-head">
        <div>
          <h1>{t('nav.indicators')}</h1>
          <p className="page-sub">{t('chapters.help')}</p>
        </div>
      </div>
      <IndicatorTabs />
      {mayStart && <Begin />}
      <Card>
        <Answer of={list} rows={6}>
          {({ items }) => (items.length === 0 ? <Nothing title={t('chapters.none')}>{t('chapters.noneText')}</Nothing> : <List items={items} />)}
        </Answer>
      </Card>
    </div>
  );
}
Component.displayName = 'ChaptersPage';

function List({ items }: { items: readonly ChapterLine[] }) {
  const { t } = useTexts();
  const { link } = useAddress();
  return (
    <ul className="chapter-list">
      {items.map((one) => (
        <li key={one.id}>
          <Link to={link(`/indicators/reports/${one.id}`)}>
            <Data>{one.title}</Data>
          </Link>
          <span>
            {one.states.map(({ id, name }) => (
              <span key={id} className="tag">
                <Loc of={name} />
              </span>
            ))}
          </span>
          <span className="secondary">{t('chapters.versionN', { n: one.version })}</span>
          <span className="secondary">
            <Data>{one.by_name}</Data> <span className="num">{formatInstant(one.at)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

function Begin() {
  const { t, loc } = useTexts();
  const { go, area: shownArea } = useAddress();
  const reports = (useReports().data?.items ?? []).filter(({ passed }) => passed);
  const areas = useAreas();
  const { busy, fault, run } = useAct();
  const [report, setReport] = useState<string>();
  const [year, setYear] = useState(new Date().getFullYear() - 1);
  const [chosenArea, setArea] = useState<string>();
  const [organ, setOrgan] = useState('');
  const [number, setNumber] = useState('');
  const area = chosenArea ?? (shownArea || areas.data?.items.find(({ level }) => level === 'district')?.code || '');
  const chosen = reports.find(({ id }) => id === report);
  const make = async () => {
    if (!chosen) return;
    const made = await run(() => makeChapter({ report: chosen.id, year, area, ...(organ ? { organ } : {}), ...(number ? { number } : {}) }));
    if (made) void go(`/indicators/reports/${made.id}`);
  };
  return (
    <Card title={t('chapters.new')}>
      <div className="filters">
        <Select className="chapter-report" value={report} placeholder={t('chapters.report')} aria-label={t('chapters.report')} options={reports.map(({ id, name }) => ({ value: id, label: loc(name) }))} onChange={setReport} />
        <Select value={year} aria-label={t('chapters.year')} options={Array.from({ length: 8 }, (_, back) => new Date().getFullYear() - back).map((one) => ({ value: one, label: String(one) }))} onChange={setYear} />
        <Select className="chapter-area" value={area || undefined} aria-label={t('chapters.area')} options={areas.data?.items.filter(({ level }) => level !== 'community').map(({ code, name }) => ({ value: code, label: loc(name) }))} onChange={setArea} />
        {chosen?.official && (
          <>
            <Input className="chapter-organ" value={organ} maxLength={60} placeholder={t('chapters.organ')} aria-label={t('chapters.organ')} onChange={(event) => setOrgan(event.target.value)} />
            <Input className="chapter-organ" value={number} maxLength={60} placeholder={t('chapters.number')} aria-label={t('chapters.number')} onChange={(event) => setNumber(event.target.value)} />
          </>
        )}
        <Button type="primary" loading={busy} disabled={!chosen || area === ''} onClick={() => void make()}>
          {t('chapters.make')}
        </Button>
      </div>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </Card>
  );
}
