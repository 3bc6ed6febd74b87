import { Bell, Biohazard, BookUser, CalendarClock, CalendarHeart, ClipboardCheck, ClipboardList, Database, FileClock, KeyRound, LayoutDashboard, Radar, ScanSearch, ScrollText, Settings2, Siren, SlidersHorizontal, UserRoundCog, UsersRound, Workflow, type LucideIcon } from 'lucide-react';
import type { Session } from '../api/types';
import type { Key } from '../i18n';
import { may } from '../state/session';

export interface PageEntry {
  path: string;
  label: Key;
  /** what the page answers, for the help drawer */
  answers: Key;
  icon: LucideIcon;
  /** lit on every page whose path begins with this; the path itself without it */
  under?: string;
  /** without it the page is not offered */
  needs?: string;
  /** a tab of the page with this path: not in the navigation, but in search and help */
  tabOf?: string;
  /** pressed after g */
  letter: string;
}

/** Only pages that exist; an entry is added together with its page. */
export const pages: readonly PageEntry[] = [
  { path: '/', needs: 'indicators:read', label: 'nav.cockpit', answers: 'help.cockpit', icon: LayoutDashboard, letter: 'c' },
  { path: '/tasks', needs: 'tasks:read', label: 'nav.tasks', answers: 'help.tasks', icon: ClipboardCheck, letter: 't' },
  { path: '/signals', needs: 'signals:read', label: 'nav.signals', answers: 'help.signals', icon: Radar, letter: 'w' },
  { path: '/signals/tuning', needs: 'signals:read', tabOf: '', label: 'nav.tuning', answers: 'help.tuning', icon: SlidersHorizontal, letter: 'x' },
  { path: '/cards', needs: 'cards:read', label: 'nav.cards', answers: 'help.cards', icon: BookUser, letter: 'k' },
  { path: '/outbreaks', needs: 'signals:read', label: 'nav.outbreaks', answers: 'help.outbreaks', icon: Biohazard, letter: 'o' },
  { path: '/indicators/computed', needs: 'indicators:read', under: '/indicators', label: 'nav.indicators', answers: 'help.indicators', icon: ClipboardList, letter: 'i' },
  { path: '/programmes', needs: 'programmes:read', label: 'nav.programmes', answers: 'help.programmes', icon: CalendarHeart, letter: 'v' },
  { path: '/residents', needs: 'residents:read', label: 'nav.residents', answers: 'help.residents', icon: UsersRound, letter: 'r' },
  { path: '/deliveries', needs: 'deliveries:read', label: 'nav.deliveries', answers: 'help.deliveries', icon: Database, letter: 'd' },
  { path: '/system/audit', needs: 'audit:read', tabOf: '/system', label: 'nav.audit', answers: 'help.audit', icon: FileClock, letter: 'a' },
  { path: '/system/unrelated', needs: 'audit:read', tabOf: '/system', label: 'nav.unrelated', answers: 'help.unrelated', icon: ScanSearch, letter: 'n' },
  { path: '/system/users', needs: 'users:read', tabOf: '/system', label: 'nav.users', answers: 'help.users', icon: UserRoundCog, letter: 'u' },
  { path: '/system/policy', needs: 'policy:read', tabOf: '/system', label: 'nav.policy', answers: 'help.policy', icon: ScrollText, letter: 'p' },
  { path: '/system/break-glass', needs: 'break-glass:read', tabOf: '/system', label: 'nav.emergency', answers: 'help.emergency', icon: Siren, letter: 'b' },
  { path: '/system/flows', needs: 'tasks:read', tabOf: '/system', label: 'nav.flows', answers: 'help.flows', icon: Workflow, letter: 'f' },
  { path: '/roster', needs: 'tasks:read', tabOf: '/tasks', label: 'nav.roster', answers: 'help.roster', icon: CalendarClock, letter: 'y' },
  { path: '/messages', needs: 'tasks:read', tabOf: '', label: 'nav.messages', answers: 'help.messages', icon: Bell, letter: 'e' },
  { path: '/system', under: '/system', label: 'nav.system', answers: 'help.system', icon: Settings2, letter: 's' },
  { path: '/account', label: 'account.title', answers: 'account.question', tabOf: '', icon: KeyRound, letter: 'm' },
];

/** The entry of an address: the longest path that it begins with. */
export function pageOf(pathname: string): PageEntry | undefined {
  return pages
    .filter(({ path }) => (path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)))
    .sort((one, other) => other.path.length - one.path.length)[0];
}

/** Where a reader begins: the cockpit, or the first page that is theirs. */
export function firstPage(session: Session | null): string {
  return pages.find(({ needs }) => may(session, needs))?.path ?? '/account';
}
