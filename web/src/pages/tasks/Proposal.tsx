import { CircleCheck, CircleHelp, Scale } from 'lucide-react';
import { useProposal, type Criterion, type Flow, type Proposal as Proposed } from '../../api/flows';
import type { FormState } from '../../components/form/useForm';
import { writeResponse } from '../../components/form/model';
import { useErrorText } from '../../components/States';
import { Data, Loc, useTexts } from '../../i18n';
import { useDebounced } from '../../state/useDebounced';
import { useFieldText } from './InstanceFacts';

/** What the criteria say of the answers as they are being given. */
export function FormProposal({ instance, flow, criteria, state }: { instance: string; flow: Flow | undefined; criteria: string; state: FormState }) {
  const { t } = useTexts();
  const fill = useDebounced(state.fill, 500);
  const { response } = writeResponse(state.form, fill, { status: 'in-progress', authored: new Date(0).toISOString(), disabled: state.disabled });
  const proposal = useProposal(instance, criteria, JSON.stringify(response), response);
  const textOf = useErrorText();
  if (proposal.isError) return <p className="secondary" role="alert">{textOf(proposal.error)}</p>;
  if (!proposal.data) return null;
  return (
    <section className="proposal" aria-live="polite" aria-label={t('proposal.title')}>
      <ProposalText proposal={proposal.data} flow={flow} />
      <p className="secondary">{t('proposal.decides')}</p>
    </section>
  );
}

export function ProposalText({ proposal, flow }: { proposal: Proposed; flow: Flow | undefined }) {
  const { t } = useTexts();
  return (
    <>
      <p className="proposal-level">
        <Scale size={16} aria-hidden /> {t('proposal.level')} <b><Loc of={proposal.level_name} /></b>
      </p>
      {proposal.criterion ? <Holds criterion={proposal.criterion} flow={flow} /> : <p>{t('proposal.noneHolds')}</p>}
      {proposal.also.length > 0 && (
        <details>
          <summary>{t('proposal.also', { n: proposal.also.length })}</summary>
          {proposal.also.map((one) => (
            <Holds key={one.id} criterion={one} flow={flow} level />
          ))}
        </details>
      )}
      {proposal.undecided.length > 0 && (
        <details>
          <summary>
            <CircleHelp size={14} aria-hidden /> {t('proposal.undecided', { n: proposal.undecided.length })}
          </summary>
          <ul>
            {proposal.undecided.map(({ id, level_name, text, missing }) => (
              <li key={id}>
                <b><Loc of={level_name} /></b> <Loc of={text} />
                <div className="secondary">
                  {t('proposal.missing')}{' '}
                  {missing.map((one, index) => (
                    <span key={one.id}>
                      {index > 0 && ' · '}
                      <Loc of={one.name} />
                    </span>
                  ))}
                </div>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Holds({ criterion, flow, level = false }: { criterion: Criterion; flow: Flow | undefined; level?: boolean }) {
  const { t } = useTexts();
  const textOf = useFieldText(flow);
  return (
    <div className="proposal-criterion">
      <CircleCheck size={14} aria-hidden />
      <div>
        {level && <b><Loc of={criterion.level_name} /> </b>}
        <Loc of={criterion.text} />
        <div className="secondary">
          {criterion.facts.map(({ id, name, value }, index) => (
            <span key={id}>
              {index > 0 && ' · '}
              <Loc of={name} /> <Data>{textOf(id, 'code', value)}</Data>
            </span>
          ))}
          {' · '}
          {t('proposal.source')} <Data>{criterion.source}</Data>
        </div>
      </div>
    </div>
  );
}
