import type { Signal } from '../../api/signals';
import { formatNumber } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { StateMark } from './StateMark';
import { titleOf, whereOf } from './words';

interface Props {
  items: readonly Signal[];
  chosen: string;
  choose: (id: string) => void;
}

/** One line for each signal, in the order of their rank. */
export function SignalRows({ items, chosen, choose }: Props) {
  const { t, loc } = useTexts();
  const strongest = Math.max(1, ...items.map(({ score }) => score));
  return (
    <ol className="signal-rows">
      {items.map((one) => (
        <li key={one.id}>
          <button
            type="button"
            id={`signal-${one.id}`}
            className={one.id === chosen ? 'signal-row signal-chosen' : 'signal-row'}
            aria-current={one.id === chosen}
            onClick={() => choose(one.id)}
          >
            <span className="signal-line">
              <b>
                <Data>{titleOf(one, loc)}</Data>
              </b>
              <StateMark state={one.state} />
            </span>
            <span className="signal-line secondary">
              <Data>{whereOf(one, loc)}</Data>
              <span className="num">{t('signals.raisedOn', { day: one.date })}</span>
            </span>
            <span className="signal-line">
              <span className={`tag lane-${one.lane}`}>{t(one.lane === 'ranked' ? 'signals.ranked' : 'signals.oneCase')}</span>
              {one.streams.length > 1 && <span className="tag">{t('signals.streamsN', { n: one.streams.length })}</span>}
              {!one.supported && (
                <span className="tag signal-unsupported" title={t('signals.unsupportedWhy')}>
                  {t('signals.unsupported')}
                </span>
              )}
              {one.lane === 'ranked' && (
                <span className="signal-score" title={t('signals.scoreHelp')}>
                  <i style={{ width: `${Math.round((48 * one.score) / strongest)}px` }} aria-hidden />
                  <span className="num">
                    {t('signals.score')} {formatNumber(one.score, 1)}
                  </span>
                </span>
              )}
            </span>
          </button>
        </li>
      ))}
    </ol>
  );
}
