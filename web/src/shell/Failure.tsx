import { Button } from 'antd';
import { useRouteError } from 'react-router-dom';
import { useTexts } from '../i18n';
import { useAddress } from '../state/useAddress';

export function NotFound() {
  const { t } = useTexts();
  const { go } = useAddress();
  return (
    <div className="page state" role="alert">
      <h1>{t('state.noPage')}</h1>
      <p>{t('state.noPageText')}</p>
      <Button type="primary" onClick={() => go('/')}>
        {t('state.toCockpit')}
      </Button>
    </div>
  );
}

/** A page that could not be shown: usually its bundle could not be fetched after an update. */
export function RouteFailure() {
  const { t } = useTexts();
  const error = useRouteError();
  return (
    <div className="page state" role="alert">
      <h1>{t('state.pageFailed')}</h1>
      <p>{t('state.pageFailedText')}</p>
      <pre className="state-detail">{error instanceof Error ? error.message : String(error)}</pre>
      <Button type="primary" onClick={() => window.location.reload()}>
        {t('state.reload')}
      </Button>
    </div>
  );
}
