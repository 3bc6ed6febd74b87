import { localStore, type LocalStore } from './localStore';
import type { Fill } from './model';

/** What somebody began to fill in; it is theirs and of one place. */
export interface Draft {
  user: string;
  place: string;
  /** of the form that it was begun with */
  form: string;
  fill: Fill;
  reason: string;
  /** the act's own key: sent again with it, it counts once */
  key: string;
  /** milliseconds since 1970 */
  at: number;
}

const nameOf = (user: string, place: string) => `${user}\n${place}`;

export function makeDrafts(store: LocalStore<Draft>) {
  return {
    /** A draft of another version of the form is none: its items may mean something else. */
    read: async (user: string, place: string, form: string) => {
      const draft = await store.get(nameOf(user, place));
      return draft?.form === form ? draft : undefined;
    },
    keep: (draft: Draft) => store.put(nameOf(draft.user, draft.place), draft),
    forget: (user: string, place: string) => store.remove(nameOf(user, place)),
    /** Nobody's draft is left at a machine for whoever comes next. */
    forgetAll: async () => {
      for (const { user, place } of await store.all()) await store.remove(nameOf(user, place));
    },
  };
}

export const drafts = makeDrafts(localStore<Draft>('drafts'));

export const newKey = (): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
};
