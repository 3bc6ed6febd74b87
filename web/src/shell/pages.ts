import { ClipboardList, Database, LayoutDashboard, Settings2, UsersRound, type LucideIcon } from 'lucide-react';
import type { Key } from '../i18n';

export interface PageEntry {
  path: string;
  label: Key;
  /** what the page answers, for the help drawer */
  answers: Key;
  icon: LucideIcon;
  /** lit on every page whose path begins with this; the path itself without it */
  under?: string;
  /** pressed after g */
  letter: string;
}

/** Only pages that exist; an entry is added together with its page. */
export const pages: readonly PageEntry[] = [
  { path: '/', label: 'nav.cockpit', answers: 'help.cockpit', icon: LayoutDashboard, letter: 'c' },
  { path: '/indicators/computed', under: '/indicators', label: 'nav.indicators', answers: 'help.indicators', icon: ClipboardList, letter: 'i' },
  { path: '/residents', label: 'nav.residents', answers: 'help.residents', icon: UsersRound, letter: 'r' },
  { path: '/deliveries', label: 'nav.deliveries', answers: 'help.deliveries', icon: Database, letter: 'd' },
  { path: '/system', label: 'nav.system', answers: 'help.system', icon: Settings2, letter: 's' },
];
