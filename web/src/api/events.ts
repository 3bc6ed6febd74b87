import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { throttled } from './throttle';
import type { Delivery } from './types';

/** Whether the hub's live line is open. */
export type LiveState = 'connecting' | 'open' | 'lost';

const settleMs = 500; // commits come in bursts; one refresh serves them all

/** Keeps everything shown in step with the hub: refreshes after commits and while deliveries run. */
export function useLiveUpdates(): LiveState {
  const client = useQueryClient();
  const [state, setState] = useState<LiveState>('connecting');

  useEffect(() => {
    const source = new EventSource('/api/events');
    let reached = -1;
    const refresh = throttled(() => void client.invalidateQueries(), settleMs);
    // Numbers that were made after the commit that changed them.
    const refreshMade = (path: string) => {
      void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(path) });
    };
    source.onopen = () => setState('open');
    source.onerror = () => setState('lost');
    source.addEventListener('feed', (event) => {
      const feed = JSON.parse((event as MessageEvent<string>).data) as { reached: number };
      if (reached >= 0 && feed.reached !== reached) refresh.ask();
      reached = feed.reached;
    });
    source.addEventListener('boards', () => refreshMade('/api/boards'));
    source.addEventListener('signals', () => refreshMade('/api/signals'));
    source.addEventListener('cards', () => refreshMade('/api/cards'));
    source.addEventListener('measures', () => refreshMade('/api/measures'));
    source.addEventListener('tasks', () => {
      for (const path of ['/api/tasks', '/api/instances', '/api/messages']) refreshMade(path);
    });
    source.addEventListener('delivery', (event) => {
      const delivery = JSON.parse((event as MessageEvent<string>).data) as Delivery;
      client.setQueryData([`/api/deliveries/${delivery.id}`], delivery);
      void client.invalidateQueries({ queryKey: ['/api/deliveries'] });
      if (delivery.state !== 'receiving') refresh.ask();
    });
    return () => {
      refresh.stop();
      source.close();
    };
  }, [client]);

  return state;
}
