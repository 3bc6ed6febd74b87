import { useEffect } from 'react';
import { may, useSession } from '../state/session';
import { useAddress } from '../state/useAddress';
import { pages } from './pages';

const chordMs = 1200;

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** ⌘/Ctrl-K and / search, ? help, g then a letter goes to a page, w toggles the wall. */
export function useShortcuts({ search, help }: { search: () => void; help: () => void }): void {
  const { go, change, value } = useAddress();
  const session = useSession();

  useEffect(() => {
    let chordSince = 0;
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        search();
        return;
      }
      if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
      const page = Date.now() - chordSince < chordMs ? pages.find(({ letter, needs }) => letter === event.key && may(session, needs)) : undefined;
      chordSince = event.key === 'g' ? Date.now() : 0;
      if (page) go(page.path);
      else if (event.key === '/') {
        event.preventDefault();
        search();
      } else if (event.key === '?') help();
      else if (event.key === 'w' && window.location.pathname === '/') {
        change({ wall: value('wall') === '1' ? null : '1' }, true);
      } else if (event.key === 'Escape' && value('wall') === '1') change({ wall: null }, true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [search, help, go, change, value, session]);
}
