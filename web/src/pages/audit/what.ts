import type { AuditEntry } from '../../api/types';

/** What an entry is about, taken apart for showing. */
export type What =
  | { kind: 'resident'; rest: string }
  | { kind: 'residents'; words: number; area: string }
  | { kind: 'account'; name: string; rest: string }
  | { kind: 'audit'; filters: [name: string, value: string][] }
  | { kind: 'other'; text: string };

/** “resident 12 Encounter/e1”, “residents, 1 words, area 7701”, “account li.na roles nurse”, others as they are. */
export function readWhat(what: string): What {
  const resident = /^resident \d+(?: (.*))?$/.exec(what);
  if (resident) return { kind: 'resident', rest: resident[1] ?? '' };
  const residents = /^residents, (\d+) words, area (\w+)$/.exec(what);
  if (residents) return { kind: 'residents', words: Number(residents[1]), area: residents[2] === 'all' ? '' : (residents[2] ?? '') };
  const account = /^account (\S+)(?: (.*))?$/.exec(what);
  if (account) return { kind: 'account', name: account[1] ?? '', rest: account[2] ?? '' };
  if (what === 'audit' || what.startsWith('audit, ')) {
    const filters = what.split(', ').slice(1).map((part): [string, string] => {
      const space = part.indexOf(' ');
      return space < 0 ? [part, ''] : [part.slice(0, space), part.slice(space + 1)];
    });
    return { kind: 'audit', filters };
  }
  return { kind: 'other', text: what };
}

/** Filters of a search of the audit, as an entry names them. */
export const filterNames = ['user', 'resident', 'what', 'action', 'purpose', 'from', 'since', 'until'] as const;
export const isFilter = (word: string): word is (typeof filterNames)[number] => (filterNames as readonly string[]).includes(word);

/** Acts that the hub writes; an entry may hold another. */
export const actions = [
  'read',
  'search',
  'export',
  'write',
  'verify',
  'log-in',
  'log-in-refused',
  'log-out',
  'password-change',
  'password-change-refused',
  'user-add',
  'user-reset',
  'user-lock',
  'user-unlock',
  'user-rights',
  'second-factor-on',
  'second-factor-drop',
  'sessions-end',
  'token-create',
  'token-revoke',
  'break-glass',
  'break-glass-review',
  'figure-draft',
  'figure-submitted',
  'figure-approved',
  'figure-published',
  'figure-set-aside',
] as const;
export type Action = (typeof actions)[number];
export const isAction = (word: string): word is Action => (actions as readonly string[]).includes(word);

export const purposes = ['care', 'public-health', 'operation', 'supervision', 'own', 'account'] as const;
export type Purpose = (typeof purposes)[number];
export const isPurpose = (word: string): word is Purpose => (purposes as readonly string[]).includes(word);

/** Filters of the address as the hub takes them; what is no number is left out. */
export function auditQuery(value: (name: string) => string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const name of ['user', 'what', 'action', 'purpose', 'from']) if (value(name)) query[name] = value(name);
  if (/^[1-9]\d*$/.test(value('resident'))) query.resident = value('resident');
  for (const name of ['since', 'until']) if (/^\d{4}-\d{2}-\d{2}$/.test(value(name))) query[name] = value(name);
  return query;
}

/** Share of a running check, 0…100; 0 before its size is known. */
export function checkShare(done: number, all: number): number {
  return all > 0 ? Math.min(100, Math.floor((done / all) * 100)) : 0;
}

/** The name to show for who asked: of the account, else what the entry holds. */
export function whoOf({ user, display }: Pick<AuditEntry, 'user' | 'display'>): { name: string; account: string } {
  return display ? { name: display, account: user } : { name: user, account: '' };
}

/** An entry and how many like it follow one another: one page opened reads a person several times. */
export interface Several {
  entry: AuditEntry;
  times: number;
}

/** Entries that say the same within a minute become one line, the newest of them. */
export function together(entries: readonly AuditEntry[]): Several[] {
  const said = ({ user, action, what, purpose, from }: AuditEntry) => JSON.stringify([user, action, what, purpose, from]);
  const lines: Several[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    const near = last && Date.parse(last.entry.at) - Date.parse(entry.at) < 60_000;
    if (last && near && said(last.entry) === said(entry)) last.times += 1;
    else lines.push({ entry, times: 1 });
  }
  return lines;
}
