import { Button } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { Link } from 'react-router-dom';
import { useSignal, type Signal, type SignalDetail } from '../../api/signals';
import { Card, Facts } from '../../components/Card';
import { Answer } from '../../components/States';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAddress } from '../../state/useAddress';
import { CasesPart } from './CasesPart';
import { ComparePart } from './ComparePart';
import { CurvePart } from './CurvePart';
import { LogPart } from './LogPart';
import { MapPart } from './MapPart';
import { StateMark } from './StateMark';
import { TempoPart } from './TempoPart';
import { actsOf, parts, titleOf, type ActKind, type Part } from './words';

interface Props {
  id: string;
  onAct: (kind: ActKind, signal: Signal) => void;
}

/** One signal: what it is, what can be done, and what speaks for it. */
export function SignalPanel({ id, onAct }: Props) {
  const detail = useSignal(id);
  return (
    <Answer of={detail} rows={10}>
      {(signal) => <Panel signal={signal} onAct={onAct} />}
    </Answer>
  );
}

function Panel({ signal, onAct }: { signal: SignalDetail; onAct: Props['onAct'] }) {
  const { t, loc } = useTexts();
  const { value, change, link } = useAddress();
  const session = useSession();
  const client = useQueryClient();
  const chosen = value('part');
  const part: Part = (parts as readonly string[]).includes(chosen) ? (chosen as Part) : 'curve';
  const { state, events } = signal;
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['/api/signals'] });
  }, [client, state, events]);
  return (
    <Card
      className="signal-panel"
      title={<Data>{titleOf(signal, loc)}</Data>}
      note={<StateMark state={signal.state} />}
      extra={
        <>
          {may(session, 'signals:write') && signal.instance === null ? (
            actsOf(signal).map((kind, at) => (
              <Button key={kind} size="small" type={at === 0 && kind !== 'note' ? 'primary' : 'default'} onClick={() => onAct(kind, signal)}>
                {t(`actName.${kind}`)}
              </Button>
            ))
          ) : signal.instance !== null ? (
            <Link to={link(`/tasks/${signal.instance}`)}>{t('signals.toTask')}</Link>
          ) : null}
          <Button size="small" icon={<Printer size={14} aria-hidden />} onClick={() => window.print()}>
            {t('form.print')}
          </Button>
        </>
      }
    >
      <div className="signal-facts">
        <Facts
          items={[
            [t('shell.area'), <Loc of={signal.area_name} />],
            [t('signals.place'), <Data>{signal.place || noValue}</Data>],
          ]}
        />
        <Facts
          items={[
            [t('signals.first'), <span className="num">{signal.first_date}</span>],
            [t('signals.date'), <span className="num">{signal.date}</span>],
          ]}
        />
        <div className="signal-streams">
          <Facts
            items={[
              [t('signals.streams'), <Data>{signal.streams.map(({ title }) => loc(title)).join(' · ')}</Data>],
              ...(signal.verified_by === null ? [] : ([[t('signals.verifiedBy'), <Data>{signal.verified_by}</Data>]] as [string, ReactNode][])),
            ]}
          />
        </div>
      </div>
      <div className="signal-tabs" role="tablist" aria-label={t('signals.parts')}>
        {parts.map((key) => (
          <button key={key} type="button" role="tab" aria-selected={key === part} className={key === part ? 'signal-tab active' : 'signal-tab'} onClick={() => change({ part: key === 'curve' ? null : key })}>
            {t(`signals.tab.${key}`)}
          </button>
        ))}
      </div>
      <div role="tabpanel" aria-label={t(`signals.tab.${part}`)}>
        <PartOf part={part} signal={signal} />
      </div>
    </Card>
  );
}

function PartOf({ part, signal }: { part: Part; signal: SignalDetail }) {
  switch (part) {
    case 'curve':
      return <CurvePart signal={signal} />;
    case 'cases':
      return <CasesPart signal={signal} />;
    case 'map':
      return <MapPart signal={signal} />;
    case 'compare':
      return <ComparePart signal={signal} />;
    case 'tempo':
      return <TempoPart signal={signal} />;
    case 'log':
      return <LogPart signal={signal} />;
  }
}
