import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, useCallback, useContext, useEffect } from 'react';
import { ApiError, get, post, remove, setCsrfToken } from '../api/client';
import type { Session } from '../api/types';
import { drafts } from '../components/form/drafts';

const key = ['/api/session'] as const;

export const SessionContext = createContext<Session | null>(null);

/** Who is logged in; null while that is not known. */
export const useSession = () => useContext(SessionContext);

/** Whether the reader may do it; pages a reader may not see are not offered. */
export function may(session: Session | null, permission: string | undefined): boolean {
  return permission === undefined || session === null || session.permissions.includes(permission);
}

/** The name that stands on pages with persons; empty: the one at this machine. */
export function readerOf(session: Session | null): string {
  return session?.accounts ? session.display : '';
}

export function isLoggedOut(error: unknown): boolean {
  return error instanceof ApiError && error.status === 401;
}

/** Asks the hub who is logged in, and again when any answer says that nobody is. */
export function useSessionQuery() {
  const client = useQueryClient();
  const query = useQuery<Session, ApiError>({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const session = await get<Session>('/api/session', {}, signal);
      setCsrfToken(session.csrf);
      return session;
    },
    staleTime: Infinity,
  });
  useEffect(
    () =>
      client.getQueryCache().subscribe(({ query: asked, type }) => {
        if (type !== 'updated' || asked.queryKey[0] === key[0] || !isLoggedOut(asked.state.error)) return;
        if (client.getQueryState(key)?.status === 'success') void client.invalidateQueries({ queryKey: key });
      }),
    [client],
  );
  return query;
}

/** Log in, log out, change the password: each ends with the session as it is then. */
export function useSessionActs() {
  const client = useQueryClient();
  const take = useCallback(
    (session: Session) => {
      setCsrfToken(session.csrf);
      client.setQueryData(key, session);
    },
    [client],
  );
  const forget = useCallback(() => {
    // What one person saw is not there for the next.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] });
  }, [client]);
  return {
    logIn: async (name: string, password: string, code: string) => {
      const session = await post<Session>('/api/session', code ? { name, password, code } : { name, password });
      forget();
      take(session);
    },
    logOut: async () => {
      await remove('/api/session');
      await drafts.forgetAll().catch(() => undefined);
      forget();
      await client.resetQueries({ queryKey: key });
    },
    changePassword: async (old: string, fresh: string) =>
      take(await post<Session>('/api/session/password', { old, new: fresh })),
    refresh: () => client.invalidateQueries({ queryKey: key }),
  };
}
