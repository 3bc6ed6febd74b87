import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Delivery } from './types';

/** Whether the hub's live line is open. */
export type LiveState = 'connecting' | 'open' | 'lost';

const settleMs = 700; // commits come in bursts; one refresh serves them all

/** Keeps everything shown in step with the hub: refreshes after commits and while deliveries run. */
export function useLiveUpdates(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    const source = new EventSource('/api/events');
    let timer: number | undefined;
    let reached = -1;

    const refreshSoon = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void client.invalidateQueries(), settleMs);
    };
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    source.addEventListener('feed', (event) => {
      const feed = JSON.parse((event as MessageEvent<string>).data) as { reached: number };
      if (reached >= 0 && feed.reached !== reached) refreshSoon();
      reached = feed.reached;
    });
    source.addEventListener('delivery', (event) => {
      const delivery = JSON.parse((event as MessageEvent<string>).data) as Delivery;
      client.setQueryData([`/api/deliveries/${delivery.id}`], delivery);
      void client.invalidateQueries({ queryKey: ['/api/deliveries'] });
      if (delivery.state !== 'receiving') refreshSoon();
    });
    return () => {
      window.clearTimeout(timer);
      source.close();
    };
  }, [client]);

  return state;
}
