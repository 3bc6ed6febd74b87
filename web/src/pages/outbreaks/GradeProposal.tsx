import { Button } from 'antd';
import { ArrowDown, ArrowUp, Equal } from 'lucide-react';
import { Link } from 'react-router-dom';
import { useProposal, type Flow, type Instance } from '../../api/flows';
import { Card } from '../../components/Card';
import { Data, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { ProposalText } from '../tasks/Proposal';
import { lastOf } from './times';

const icons = { raised: ArrowUp, lowered: ArrowDown, same: Equal };

/** How a proposal stands to what was decided; levels come gravest first. */
export function changeOf(levels: readonly { id: string }[], proposed: string, decided: unknown): keyof typeof icons | undefined {
  const [now, before] = [levels.findIndex(({ id }) => id === proposed), levels.findIndex(({ id }) => id === decided)];
  if (now < 0 || before < 0) return undefined;
  return now < before ? 'raised' : now > before ? 'lowered' : 'same';
}

/** What the criteria say of the event as it stands, by its data and its line list, beside what was decided. */
export function GradeProposal({ event, flow }: { event: Instance; flow: Flow | undefined }) {
  const { t } = useTexts();
  const { link } = useAddress();
  const move = flow?.moves.find(({ propose }) => propose !== undefined);
  const proposal = useProposal(event.id, event.data.kind === undefined ? undefined : move?.propose, event.seen);
  if (!proposal.data) return null;
  const { levels, level } = proposal.data;
  const change = changeOf(levels, level, event.data.grade);
  const Icon = change && icons[change];
  const task = event.tokens.find(({ moves }) => moves.some(({ propose }) => propose !== undefined));
  const departure = String(lastOf(event, 'grading')?.response?.item?.find(({ linkId }) => linkId === 'departure')?.answer?.[0]?.valueString ?? '');
  const regrade = task?.moves.find(({ propose }) => propose !== undefined);
  return (
    <Card title={t('proposal.title')}>
      {change && Icon && (
        <p className={`proposal-change proposal-${change}`} role={change === 'same' ? undefined : 'status'}>
          <Icon size={16} aria-hidden /> {t(`proposal.${change}`)}
        </p>
      )}
      <ProposalText proposal={proposal.data} flow={flow} />
      {departure !== '' && event.data.proposed !== event.data.grade && (
        <p className="secondary">
          {t('proposal.departure')} <Data>{departure}</Data>
        </p>
      )}
      {task && regrade && change !== 'same' && (
        <Link to={link(`/tasks/${encodeURIComponent(event.id)}`, { token: task.token, act: regrade.id })}>
          <Button tabIndex={-1}>{t('proposal.regrade')}</Button>
        </Link>
      )}
      <p className="source">{t('proposal.help')}</p>
    </Card>
  );
}
