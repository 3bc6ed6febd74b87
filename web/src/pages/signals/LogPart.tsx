import { Link } from 'react-router-dom';
import type { SignalDetail, SignalEvent } from '../../api/signals';
import { formatInstant, formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { StateMark } from './StateMark';
import { titleOf, whereOf } from './words';

/** What happened to a signal, newest first, and former ones of its kind with what became of them. */
export function LogPart({ signal }: { signal: SignalDetail }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  return (
    <>
      <ol className="signal-log">
        {[...signal.log].reverse().map((event) => (
          <Entry key={event.number} event={event} />
        ))}
      </ol>
      <h3 className="signal-sub">{t('log.past')}</h3>
      {signal.past.length > 0 && <p className="secondary">{t('log.pastNote')}</p>}
      {signal.past.length === 0 ? (
        <p className="secondary">{t('log.noPast')}</p>
      ) : (
        <ul className="signal-past">
          {signal.past.map(({ signal: one, why }) => (
            <li key={one.id}>
              <Link to={link('/signals', { state: 'all', open: one.id })}>
                <Data>{titleOf(one, loc)}</Data>
              </Link>{' '}
              <Data>{whereOf(one, loc)}</Data> <span className="num secondary">{one.date}</span> <StateMark state={one.state} />{' '}
              <Data>{[one.reason_name ? loc(one.reason_name) : '', one.cases === null ? '' : t('log.case', { n: one.cases })].filter((text) => text !== '').join(' · ')}</Data>
              <span className="signal-why secondary">{why.map((reason) => t(`log.why.${reason}`)).join(' · ')}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Entry({ event }: { event: SignalEvent }) {
  const { t, loc } = useTexts();
  const words = [event.result_name, event.way_name, event.reason_name].filter((text) => text !== null).map((text) => loc(text));
  if (event.cases !== null) words.push(t('log.case', { n: event.cases }));
  if (event.score !== null) words.push(t('log.score', { score: formatNumber(event.score, 1) }));
  return (
    <li>
      <span className="num secondary">{formatInstant(event.at)}</span>
      <b>
        <Loc of={event.act_name} />
      </b>
      <span>
        <Data>{words.join(' · ')}</Data>
        {event.note && (
          <span className="signal-note">
            <Data>{event.note}</Data>
          </span>
        )}
      </span>
      <span className="secondary">
        <Data>{event.by}</Data>
      </span>
    </li>
  );
}
