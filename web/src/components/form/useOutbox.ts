import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { outbox, type Letter } from './outbox';

const tryEveryMs = 15_000;

/** What waits to be sent for this person; keeps trying while there is something. */
export function useOutbox(user: string, onSent: (count: number) => void) {
  const client = useQueryClient();
  const [letters, setLetters] = useState<readonly Letter[]>([]);
  const read = useCallback(() => {
    void outbox.list(user).then(setLetters, () => setLetters([]));
  }, [user]);
  const flush = useCallback(async () => {
    const sent = await outbox.flush(user);
    if (sent > 0) {
      onSent(sent);
      void client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/') });
    }
  }, [user, client, onSent]);

  useEffect(() => {
    read();
    return outbox.subscribe(read);
  }, [read]);
  const waiting = letters.filter(({ refused }) => !refused).length;
  useEffect(() => {
    if (waiting === 0) return undefined;
    const tell = () => void flush();
    const timer = window.setInterval(tell, tryEveryMs);
    window.addEventListener('online', tell);
    document.addEventListener('visibilitychange', tell);
    return () => {
      window.clearInterval(timer);
      window.removeEventListener('online', tell);
      document.removeEventListener('visibilitychange', tell);
    };
  }, [waiting, flush]);
  return { letters, flush };
}
