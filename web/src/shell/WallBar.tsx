import { Button } from 'antd';
import { Minimize, RefreshCw, RefreshCwOff } from 'lucide-react';
import { useEffect } from 'react';
import type { LiveState } from '../api/events';
import { useStatus } from '../api/hooks';
import { Loc, useTexts } from '../i18n';
import { useAddress } from '../state/useAddress';
import { usePeriodName } from '../state/usePeriod';
import { AsOf } from './AsOf';
import { SimulatedBadge } from './SimulatedBadge';

/** Head of the wall: product, whose figures, as-of time; nothing to operate but the way back. */
export function WallBar({ live }: { live: LiveState }) {
  const { t } = useTexts();
  const { change, period, value } = useAddress();
  const rotates = value('rotate') !== '';
  const status = useStatus();
  const name = usePeriodName();

  useEffect(() => {
    document.documentElement.classList.add('wall');
    return () => document.documentElement.classList.remove('wall');
  }, []);

  const leave = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    change({ wall: null, rotate: null, screen: null }, true);
  };
  return (
    <header className="wall-bar">
      <img src="/icon.svg" alt="" width={26} height={26} />
      <b>{t('product')}</b>
      <span className="wall-store">
        <Loc of={status.data?.store.name} /> · {name(period || (status.data?.now.slice(0, 4) ?? ''))}
      </span>
      <span className="top-right">
        <SimulatedBadge />
        <AsOf live={live} />
        <Button type="text" icon={rotates ? <RefreshCw size={15} aria-hidden /> : <RefreshCwOff size={15} aria-hidden />} aria-pressed={rotates} aria-label={t('wall.rotate')} title={t('wall.rotate')} onClick={() => change({ rotate: rotates ? null : 20 })} />
        <Button type="text" icon={<Minimize size={15} aria-hidden />} onClick={leave} aria-label={t('wall.leave')} />
      </span>
    </header>
  );
}
