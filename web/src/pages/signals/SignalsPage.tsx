import { Alert, Segmented } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import { Link } from 'react-router-dom';
import { useSignals, type Signal } from '../../api/signals';
import { Card } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant } from '../../format/format';
import { useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { useWide } from '../../state/useWide';
import { ActDialog } from './ActDialog';
import { QualityStrip } from './QualityStrip';
import { SignalPanel } from './SignalPanel';
import { SignalRows } from './SignalRows';
import { WorkloadButton } from './WorkloadDialog';
import { actsOf, neighbour, type ActKind } from './words';
import './signals.css';

const sideBySide = 1181; // pixels

/** Ranked signals on the left, what speaks for the chosen one on the right. */
export function Component() {
  const { t } = useTexts();
  const { value, area, change, link } = useAddress();
  const wide = useWide(sideBySide);
  const state = value('state') || 'open';
  const chosen = value('open');
  const list = useSignals({ state: state === 'all' ? '' : state, lane: value('lane'), area, size: 200 });
  const [act, setAct] = useState<{ kind: ActKind; signal: Signal } | null>(null);
  const session = useSession();
  const acts = may(session, 'signals:write');
  const items = useMemo(() => list.data?.items ?? [], [list.data]);
  const choose = (id: string | null) => change({ open: id }, false);
  useKeys({ items, chosen, choose, acts: acts && act === null, verify: (signal) => setAct({ kind: actsOf(signal)[0] ?? 'note', signal }) });

  const panel = chosen !== '' && <SignalPanel key={chosen} id={chosen} onAct={(kind, signal) => setAct({ kind, signal })} />;
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.signals')} <InternalMark />
          </h1>
          <p className="page-sub">{t('signals.question')}</p>
        </div>
        <div className="page-acts">
          <Link to={link('/signals/tuning')}>{t('nav.tuning')}</Link>
          <WorkloadButton />
        </div>
      </div>
      <QualityStrip />
      {list.data?.fault && <Alert className="signals-fault" type="warning" showIcon title={t('signals.fault', { message: list.data.fault })} />}
      <div className="signals-desk">
        <Card className="signals-list" title={t('signals.list')} note={<RunNote asOf={list.data?.as_of ?? null} day={list.data?.day ?? ''} known={list.data !== undefined} />}>
          <div className="filters">
            <Segmented
              value={state}
              aria-label={t('signals.state')}
              options={[
                { value: 'open', label: t('signals.open') },
                { value: 'closed', label: t('signals.closed') },
                { value: 'all', label: t('signals.all') },
              ]}
              onChange={(next) => change({ state: next === 'open' ? null : next, open: null })}
            />
            <Segmented
              value={value('lane')}
              aria-label={t('signals.lane')}
              options={[
                { value: '', label: t('signals.bothLanes') },
                { value: 'one-case', label: t('signals.oneCase') },
                { value: 'ranked', label: t('signals.ranked') },
              ]}
              onChange={(lane) => change({ lane, open: null })}
            />
          </div>
          <Answer of={list} rows={8}>
            {(data) => (data.items.length === 0 ? <Nothing title={t('signals.none')}>{t('signals.noneText')}</Nothing> : <SignalRows items={data.items} chosen={chosen} choose={choose} />)}
          </Answer>
          <p className="source">{t('signals.keys')}</p>
        </Card>
        {wide && <section className="signals-detail">{panel || <Card><Nothing title={t('signals.choose')}>{t('signals.chooseText')}</Nothing></Card>}</section>}
      </div>
      {!wide && (
        <SidePanel open={chosen !== ''} width={760} title={t('nav.signals')} onClose={() => choose(null)}>
          {panel}
        </SidePanel>
      )}
      {act && <ActDialog kind={act.kind} signal={act.signal} close={() => setAct(null)} />}
    </div>
  );
}
Component.displayName = 'SignalsPage';

function RunNote({ asOf, day, known }: { asOf: string | null; day: string; known: boolean }) {
  const { t } = useTexts();
  if (!known) return null;
  return <>{asOf === null ? t('signals.neverRun') : t('signals.asOf', { time: formatInstant(asOf), day })}</>;
}

interface Keys {
  items: readonly Signal[];
  chosen: string;
  choose: (id: string | null) => void;
  acts: boolean;
  verify: (signal: Signal) => void;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** j and k go through the list, Enter moves into the chosen signal, v verifies it. */
function useKeys({ items, chosen, choose, acts, verify }: Keys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step !== 0) {
        const next = neighbour(items.map(({ id }) => id), chosen, step);
        if (next === undefined) return;
        choose(next);
        document.getElementById(`signal-${next}`)?.focus();
      } else if (event.key === 'v' && acts) {
        const signal = items.find(({ id }) => id === chosen);
        if (!signal) return;
        event.preventDefault();
        verify(signal);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [items, chosen, choose, acts, verify]);
}
