import { Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import type { LiveState } from '../api/events';
import { useStatus } from '../api/hooks';
import { age, formatInstant } from '../format/format';
import { useTexts, type Key } from '../i18n';

const unitKeys: Record<'second' | 'minute' | 'hour' | 'day', Key> = {
  second: 'age.second',
  minute: 'age.minute',
  hour: 'age.hour',
  day: 'age.day',
};

function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** As-of time with a pulse while the figures are live; says how old they are when they are not. */
export function AsOf({ live }: { live: LiveState }) {
  const { t } = useTexts();
  const status = useStatus();
  const now = useNow(15_000);
  if (status.isError) {
    return (
      <span className="as-of as-of-stale" role="status">
        <i className="pulse" aria-hidden /> {t('asOf.unreachable')}
      </span>
    );
  }
  if (!status.data) return null;

  const { asOf, feed } = status.data;
  const fresh = live === 'open' && !feed.stale;
  const old = age(Date.parse(asOf), now);
  const ago = t(unitKeys[old.unit], { n: old.count });
  const why = feed.stale ? t('asOf.behind', { n: feed.committed - feed.reached }) : t('asOf.explain');
  return (
    <Tooltip title={why}>
      <span className={fresh ? 'as-of' : 'as-of as-of-stale'} role="status">
        <i className={fresh ? 'pulse pulse-live' : 'pulse'} aria-hidden />
        <span className="as-of-long">{t('asOf.label')} </span>
        <span className="num">{formatInstant(asOf)}</span>
        {!fresh && <span> · {ago}</span>}
      </span>
    </Tooltip>
  );
}
