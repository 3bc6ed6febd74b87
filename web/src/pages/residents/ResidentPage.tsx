import { ArrowLeft } from 'lucide-react';
import { Link, useParams } from 'react-router-dom';
import { ApiError } from '../../api/client';
import { useResident } from '../../api/hooks';
import type { ResidentDetail } from '../../api/types';
import { Card, Facts } from '../../components/Card';
import { Answer } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { AskEmergency } from '../breakglass/AskEmergency';
import { EmergencyBanner } from '../breakglass/EmergencyBanner';
import { genderKey } from './gender';
import { ResidentProgrammes } from '../programmes/ResidentProgrammes';
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
      {isGone(resident.error) && <NotYours id={id} />}
      <Answer of={resident} rows={10}>
        {(data) => (
          <>
            <EmergencyBanner resident={data.id} />
            <Head resident={data} />
            <div className="resident-grid">
              <div className="resident-side">
                <Card title={t('resident.particulars')}>
                  <Particulars resident={data} />
                </Card>
                <ResidentProgrammes id={data.id} deceased={data.deceased !== null} />
              </div>
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

const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

/** Nobody there, or nobody of the reader's: the hub does not say which. An emergency opens the record. */
function NotYours({ id }: { id: string }) {
  const { t } = useTexts();
  const session = useSession();
  const resident = Number(id);
  if (!session?.accounts || !may(session, 'break-glass:write') || !Number.isSafeInteger(resident) || resident < 1) return null;
  return (
    <Card title={t('emergency.notFound')} extra={<AskEmergency resident={resident} />}>
      <p>{t('emergency.notFoundText')}</p>
    </Card>
  );
}

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
