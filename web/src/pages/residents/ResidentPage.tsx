import { ArrowLeft } from 'lucide-react';
import { Link, useParams } from 'react-router-dom';
import { useResident } from '../../api/hooks';
import type { ResidentDetail } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { Answer } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { genderKey } from './gender';
import { identifierKey } from './identifier';
import { RecordPanel } from './RecordPanel';
import { Timeline } from './Timeline';
import './residents.css';

export function Component() {
  const { id = '' } = useParams();
  const { t } = useTexts();
  const { link, value, change } = useAddress();
  const resident = useResident(id);

  return (
    <div className="page">
      <Watermark />
      <Link className="back" to={link('/residents')}>
        <ArrowLeft size={14} aria-hidden /> {t('nav.residents')}
      </Link>
      <Answer of={resident} rows={10}>
        {(data) => (
          <>
            <Head resident={data} />
            <div className="resident-grid">
              <Card title={t('resident.particulars')}>
                <Particulars resident={data} />
              </Card>
              <Timeline resident={data} />
            </div>
          </>
        )}
      </Answer>
      <RecordPanel resident={id} seq={value('record')} onClose={() => change({ record: null })} />
    </div>
  );
}
Component.displayName = 'ResidentPage';

function Head({ resident }: { resident: ResidentDetail }) {
  const { t } = useTexts();
  return (
    <div className="page-head resident-head">
      <div>
        <h1>
          <Data>{resident.name || noValue}</Data>
          {resident.provisional && (
            <span className="tag" title={t('resident.provisionalWhy')}>
              {t('resident.provisional')}
            </span>
          )}
          {resident.deceased && <span className="tag">{t('resident.deceasedOn', { day: resident.deceased.slice(0, 10) })}</span>}
          <InternalMark />
        </h1>
        <p className="page-sub">
          {t(genderKey(resident.gender))}
          {resident.age !== null && <> · {t('resident.years', { n: resident.age })}</>}
          {resident.birthDate && <> · {t('resident.born', { day: resident.birthDate })}</>} ·{' '}
          <Loc of={resident.areaName ?? resident.area} />
        </p>
      </div>
    </div>
  );
}

function Particulars({ resident }: { resident: ResidentDetail }) {
  const { t } = useTexts();
  return (
    <>
      <Facts
        items={[
          ...resident.identifiers.map(({ system, valueMasked }): [string, React.ReactNode] => {
            const key = identifierKey(system);
            return [key ? t(key) : system, <span className="num">{valueMasked}</span>];
          }),
          [t('resident.address'), <Data>{resident.address ?? noValue}</Data>],
          [t('resident.telecom'), <span className="num">{resident.telecomMasked ?? noValue}</span>],
          [t('resident.firstSeen'), <span className="num">{resident.firstSeen?.slice(0, 10) ?? noValue}</span>],
          [t('resident.lastSeen'), <span className="num">{resident.lastSeen?.slice(0, 10) ?? noValue}</span>],
        ]}
      />
      <p className="source">{t('resident.maskedWhy')}</p>
    </>
  );
}
