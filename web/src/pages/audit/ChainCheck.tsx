import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Progress } from 'antd';
import { CircleHelp, LoaderCircle, ShieldAlert, ShieldCheck } from 'lucide-react';
import { get, post, type ApiError } from '../../api/client';
import type { AuditCheck } from '../../api/types';
import { Card } from '../../components/Card';
import { formatInstant, formatNumber } from '../../format/format';
import { useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { checkShare } from './what';

const path = '/api/audit/verify';
const shownFaults = 20;

/** Whether the audit is whole: the last check, its progress, and the way to begin one. */
export function ChainCheck() {
  const { t } = useTexts();
  const { busy, fault, run } = useAct();
  const check = useQuery<AuditCheck, ApiError>({
    queryKey: [path],
    queryFn: ({ signal }) => get<AuditCheck>(path, {}, signal),
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? 700 : false),
  });
  const data = check.data;
  const begin = async () => {
    if (await run(() => post<AuditCheck>(path))) await check.refetch();
  };
  const running = data?.state === 'running';
  return (
    <Card className="chain">
      <div className="chain-line" role="status">
        <Verdict check={data} />
        <Button loading={busy || running} onClick={() => void begin()}>
          {t(data?.state === 'none' ? 'chain.begin' : 'chain.again')}
        </Button>
      </div>
      {running && (
        <Progress percent={checkShare(data.done, data.all)} size="small" status="active" aria-label={t('chain.progress')} />
      )}
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      {check.isError && <Alert type="error" showIcon title={t('chain.unread')} />}
      {data && data.faults.length > 0 && (
        <ul className="chain-faults" lang="en">
          {data.faults.slice(0, shownFaults).map((one) => (
            <li key={one}>{one}</li>
          ))}
          {data.faults.length > shownFaults && <li>…</li>}
        </ul>
      )}
    </Card>
  );
}

function Verdict({ check }: { check: AuditCheck | undefined }) {
  const { t } = useTexts();
  if (!check || check.state === 'none')
    return (
      <span className="chain-verdict">
        <CircleHelp size={16} aria-hidden /> <b>{t('chain.none')}</b> <span className="secondary">{t('chain.what')}</span>
      </span>
    );
  if (check.state === 'running')
    return (
      <span className="chain-verdict">
        <LoaderCircle size={16} aria-hidden /> <b>{t('chain.running')}</b>{' '}
        <span className="secondary num">{t('chain.of', { done: formatNumber(check.done), all: formatNumber(check.all) })}</span>
      </span>
    );
  if (check.state === 'failed')
    return (
      <span className="chain-verdict text-missed">
        <ShieldAlert size={16} aria-hidden /> <b>{t('chain.failed')}</b> <span lang="en">{check.error}</span>
      </span>
    );
  const told = t('chain.told', {
    entries: formatNumber(check.entries),
    anchors: formatNumber(check.anchors),
    time: formatInstant(check.ended, true),
  });
  return (
    <span className={check.sound ? 'chain-verdict chain-sound' : 'chain-verdict text-missed'}>
      {check.sound ? <ShieldCheck size={16} aria-hidden /> : <ShieldAlert size={16} aria-hidden />}
      <b>{check.sound ? t('chain.sound') : t('chain.broken', { n: check.faults.length })}</b>
      <span className="secondary num">
        {told} · {t(check.signaturesChecked ? 'chain.signed' : 'chain.unsigned')}
      </span>
    </span>
  );
}
