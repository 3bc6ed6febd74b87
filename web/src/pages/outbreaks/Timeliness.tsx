import { useFlowTimes } from '../../api/flows';
import { Card } from '../../components/Card';
import { Answer } from '../../components/States';
import { formatNumber, formatShare, noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';

const flow = 'outbreak';
const nationalHours = 1.1; // median of the national early-warning system to the first verification, 2008–2010

/** How fast each step is, over everything the reader may see. */
export function Timeliness({ area }: { area: string }) {
  const { t } = useTexts();
  const times = useFlowTimes(flow, { area });
  return (
    <Card title={t('times.title')} note={times.data ? t('times.note', { n: formatNumber(times.data.instances), from: times.data.from.slice(0, 10) }) : undefined} className="times-card">
      <Answer of={times} rows={3}>
        {(data) =>
          data.instances === 0 ? (
            <p className="secondary">{t('times.none')}</p>
          ) : (
            <dl className="times">
              {data.states.filter(({ left }) => left > 0).map((state) => (
                <div key={state.id}>
                  <dt>
                    <Loc of={state.name} />
                  </dt>
                  <dd>
                    <b className="num">{state.median_hours === undefined ? noValue : formatNumber(state.median_hours, 1)}</b> {t('times.hours')}
                    <small className="secondary">
                      {state.deadlines > 0 ? t('times.inTime', { share: formatShare(state.kept, state.deadlines), kept: formatNumber(state.kept), n: formatNumber(state.deadlines) }) : t('times.n', { n: formatNumber(state.left) })}
                    </small>
                  </dd>
                </div>
              ))}
            </dl>
          )
        }
      </Answer>
      <p className="source">{t('times.source', { hours: nationalHours })}</p>
    </Card>
  );
}
