import { Select } from 'antd';
import { useMemo, useState } from 'react';
import { useSignalCompare, type ComparedMethod, type Signal, type SignalCompare } from '../../api/signals';
import { methodOption } from '../../charts/signals';
import { Chart } from '../../components/Chart';
import { Answer } from '../../components/States';
import { formatNumber, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useTokens } from '../../theme/useTokens';
import { useCurveWords } from './CurvePart';

/** Every method over the same series: which of them would have said something, and when. */
export function ComparePart({ signal }: { signal: Signal }) {
  const { t, loc } = useTexts();
  const [stream, setStream] = useState(signal.streams[0]?.id ?? '');
  const compare = useSignalCompare(signal.id, stream);
  return (
    <>
      {signal.streams.length > 1 && (
        <div className="filters">
          <Select className="compare-stream" value={stream} aria-label={t('signals.streams')} options={signal.streams.map(({ id, title }) => ({ value: id, label: loc(title) }))} onChange={setStream} />
        </div>
      )}
      <Answer of={compare} rows={10}>
        {(data) => <Methods key={data.stream} data={data} />}
      </Answer>
    </>
  );
}

/** The first window above the threshold without a quiet one until the last. */
function firstAlarm({ points }: ComparedMethod): string | null {
  let first: string | null = null;
  for (const point of [...points].reverse()) {
    if (!point.alarm) break;
    first = point.last;
  }
  return first;
}

function Methods({ data }: { data: SignalCompare }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const words = useCurveWords(data.window);
  const [name, setName] = useState(() => data.methods.find(({ own }) => own)?.method ?? '');
  const shown = data.methods.find(({ method, points }) => method === name && points.length > 0);
  const option = useMemo(() => (shown ? methodOption(shown, words, tokens) : null), [shown, words, tokens]);
  const number = (value: number | null | undefined) => (value === null || value === undefined ? noValue : formatNumber(value, 1));
  return (
    <>
      <div className="table-scroll" tabIndex={0} role="group" aria-label={t('signals.tab.compare')}>
        <table className="simple-table methods">
          <thead>
            <tr>
              <th scope="col">{t('compare.method')}</th>
              <th scope="col" className="right">{t('compare.observed')}</th>
              <th scope="col" className="right">{words.expected}</th>
              <th scope="col" className="right">{words.threshold}</th>
              <th scope="col">{t('compare.now')}</th>
              <th scope="col">{t('compare.first')}</th>
            </tr>
          </thead>
          <tbody>
            {data.methods.map((one) => {
              const last = one.points.at(-1);
              return (
                <tr key={one.method} className={one.method === name ? 'row-open' : ''}>
                  <td>
                    <button type="button" className="link" disabled={!last} onClick={() => setName(one.method)}>
                      {one.method}
                    </button>{' '}
                    {one.own && <span className="tag">{t('compare.own')}</span>}
                  </td>
                  {last ? (
                    <>
                      <td className="right num">{number(last.observed)}</td>
                      <td className="right num">{number(last.expected)}</td>
                      <td className="right num">{number(last.threshold)}</td>
                      <td>{last.alarm ? <b className="text-missed">{t('compare.alarmYes')}</b> : t('compare.alarmNo')}</td>
                      <td className="num">{firstAlarm(one) ?? t('compare.never')}</td>
                    </>
                  ) : (
                    <td colSpan={5} className="secondary">
                      {t('compare.cannot')}
                      {one.refused && (
                        <>
                          {' – '}
                          <Loc of={one.refused} />
                        </>
                      )}
                    </td>
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p className="source">{t('compare.note', { n: data.window })}</p>
      {option && shown && (
        <>
          <h3 className="signal-sub">
            <Data>{shown.method}</Data> <small className="secondary">{t('compare.choose')}</small>
          </h3>
          <Chart option={option} height={220} label={t('compare.label')} />
        </>
      )}
    </>
  );
}
