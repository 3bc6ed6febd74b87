import type { ReactNode } from 'react';
import { PageLoading } from '../components/States';
import { LogIn } from '../pages/account/LogIn';
import { NewPassword } from '../pages/account/NewPassword';
import { isLoggedOut, SessionContext, useSessionQuery } from '../state/session';

/** The log-in stands in the place of every page until somebody is logged in: the address stays, so
 *  that one is where one wanted to be. */
export function Entrance({ children }: { children: ReactNode }) {
  const query = useSessionQuery();
  if (isLoggedOut(query.error)) return <LogIn />;
  if (query.isPending) return <PageLoading />;
  const session = query.data ?? null;
  return (
    <SessionContext.Provider value={session}>
      {session?.mustChange ? <NewPassword /> : children}
    </SessionContext.Provider>
  );
}
