import type { DueService } from '../../api/programmes';
import { Loc, useTexts } from '../../i18n';

/** What is due, with its days; what is overdue says since when. */
export function DueServices({ services }: { services: readonly DueService[] }) {
  return (
    <ul className="due-services">
      {services.map((one) => (
        <li key={one.id} className="due-service" data-service={one.id}>
          <DueLine service={one} />
        </li>
      ))}
    </ul>
  );
}

export function DueLine({ service }: { service: DueService }) {
  const { t } = useTexts();
  return (
    <>
      <span className={`due-mark due-${service.state}`}>{t(`due.state.${service.state}`)}</span>
      <span>
        <Loc of={service.title} />
        {service.point && (
          <>
            {' '}
            · <Loc of={service.point} />
          </>
        )}
      </span>
      <small className="num">
        {service.latest && service.due && (service.state === 'overdue' ? t('due.since', { day: service.latest }) : t('due.at', { day: service.due }))}
        {service.latest && ' · '}
        {service.last ? t('due.last', { day: service.last }) : t('due.never')}
      </small>
    </>
  );
}
