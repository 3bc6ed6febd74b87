import { ApiError, post } from '../../api/client';
import type { Localized } from '../../api/types';
import { localStore, type LocalStore } from './localStore';

/** Something filled in that has not reached the hub for certain. Its body carries a key: it counts once, however often it is sent. */
export interface Letter {
  key: string;
  user: string;
  path: string;
  body: unknown;
  title: Localized;
  /** page on which it was written */
  page: string;
  /** milliseconds since 1970 */
  at: number;
  /** the hub's reason when it was refused; then it is not sent again */
  refused?: Localized;
}

export type Sent<T> = { state: 'sent'; answer: T } | { state: 'waiting' };

/** No answer, or one that says nothing about the act itself: it is sent again later. */
export function isLater(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 401 || error.status === 408 || error.status === 429 || error.status >= 500);
}

const words = (error: unknown): Localized => {
  const said = error instanceof Error ? error.message : String(error);
  return { zh: error instanceof ApiError ? error.messageZh || said : said, en: said };
};

export function makeOutbox(store: LocalStore<Letter>, send: (path: string, body: unknown) => Promise<unknown>) {
  const listeners = new Set<() => void>();
  const changed = () => listeners.forEach((tell) => tell());
  let flushing: Promise<number> | undefined;

  const flushNow = async (user: string): Promise<number> => {
    const waiting = (await store.all()).filter((one) => one.user === user && !one.refused).sort((one, other) => one.at - other.at);
    let sent = 0;
    for (const letter of waiting) {
      try {
        await send(letter.path, letter.body);
        await store.remove(letter.key);
        sent += 1;
      } catch (error) {
        if (isLater(error)) break; // those behind it would fare no better, and order counts
        await store.put(letter.key, { ...letter, refused: words(error) });
      }
      changed();
    }
    return sent;
  };

  return {
    /** Kept here first, so that a lost line or a closed page loses nothing. A refusal is thrown and nothing is kept. */
    send: async <T>(letter: Letter): Promise<Sent<T>> => {
      await store.put(letter.key, letter);
      try {
        const answer = (await send(letter.path, letter.body)) as T;
        await store.remove(letter.key);
        return { state: 'sent', answer };
      } catch (error) {
        if (isLater(error)) return { state: 'waiting' };
        await store.remove(letter.key);
        throw error;
      } finally {
        changed();
      }
    },
    /** Sends what waits, oldest first; how many arrived. */
    flush: (user: string): Promise<number> => {
      flushing ??= flushNow(user).finally(() => {
        flushing = undefined;
      });
      return flushing;
    },
    list: async (user: string) => (await store.all()).filter((one) => one.user === user).sort((one, other) => one.at - other.at),
    drop: async (key: string) => {
      await store.remove(key);
      changed();
    },
    subscribe: (tell: () => void) => {
      listeners.add(tell);
      return () => void listeners.delete(tell);
    },
  };
}

export const outbox = makeOutbox(localStore<Letter>('outbox'), (path, body) => post<unknown>(path, body));
