import { ArrowRight, BellRing, CircleArrowUp, CirclePlus, CornerUpLeft, GitBranch, Hand, MoveRight, UserRoundCog, Undo2, type LucideIcon } from 'lucide-react';
import type { Flow, Instance, LogEntry } from '../../api/flows';
import { FormAnswers } from '../../components/form/FormPaper';
import type { Questionnaire } from '../../components/form/fhir';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts, type Key } from '../../i18n';
import { useForms } from './useCodeTexts';

const kinds: Record<string, LucideIcon> = {
  started: CirclePlus, moved: MoveRight, taken: Hand, released: Undo2, delegated: UserRoundCog, withdrawn: CornerUpLeft,
  reminded: BellRing, escalated: CircleArrowUp, 'child-started': GitBranch, 'child-finished': GitBranch, migrated: ArrowRight, 'parent-finished': GitBranch,
};

/** Who did what when, why, and with which answers; the newest first. */
export function InstanceLog({ instance, flow, plain = false }: { instance: Pick<Instance, 'id' | 'log'>; flow: Flow | undefined; plain?: boolean }) {
  const forms = useForms(plain ? undefined : flow, instance.id);
  return (
    <ol className="log">
      {[...instance.log].reverse().map((entry) => (
        <Entry key={entry.number} entry={entry} form={entry.form ? forms.get(entry.form) : undefined} />
      ))}
    </ol>
  );
}

function Entry({ entry, form }: { entry: LogEntry; form: Questionnaire | undefined }) {
  const { t } = useTexts();
  const Icon = kinds[entry.kind] ?? ArrowRight;
  const moved = entry.kind === 'moved' || entry.kind === 'started' || entry.kind === 'withdrawn';
  const states = moved ? (entry.states ?? []) : [];
  return (
    <li className={`log-entry log-${entry.kind}`}>
      <Icon size={14} aria-hidden />
      <div>
        <div className="log-line">
          <b>{entry.name ? <Loc of={entry.name} /> : t(`log.${entry.kind}` as Key)}</b>
          {states.length > 0 && (
            <span className="secondary">
              → {states.map(({ id, name }, index) => (
                <span key={id}>
                  {index > 0 && ' + '}
                  <Loc of={name} />
                </span>
              ))}
            </span>
          )}
          {entry.kind === 'delegated' && <span className="secondary">→ <Data>{entry.to_name || entry.to}</Data></span>}
        </div>
        <div className="secondary log-who">
          <span className="num">{formatInstant(entry.at)}</span>{' '}
          {entry.user === 'system' || entry.user === 'clock' ? t('log.system') : <Data>{entry.user_name || entry.user}</Data>}
        </div>
        {entry.reason && (
          <p className="log-reason">
            {t('task.reason')}: <Data>{entry.reason}</Data>
          </p>
        )}
        {entry.withheld && <p className="secondary">{t('log.withheld')}</p>}
        {entry.response && form && (
          <details>
            <summary>{t('log.answers')}</summary>
            <FormAnswers questionnaire={form} response={entry.response} />
          </details>
        )}
      </div>
    </li>
  );
}
