import { useCallback } from 'react';
import { useNavigate, useSearchParams } from 'react-router-dom';
import { changed, linkTo, type Changes } from './address';

/** The state of a page that stands in the address, and how to change it. */
export function useAddress() {
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();

  /** Filters replace the entry, so that Back leaves the page; `push` makes a step of its own. */
  const change = useCallback(
    (changes: Changes, push = false) => {
      setSearch((now) => changed(now, changes), { replace: !push, preventScrollReset: true });
    },
    [setSearch],
  );
  const link = useCallback((path: string, own?: Changes) => linkTo(path, search, own), [search]);
  const go = useCallback(
    (path: string, own?: Changes, replace = false) => navigate(link(path, own), { replace }),
    [navigate, link],
  );
  const value = useCallback((name: string) => search.get(name) ?? '', [search]);

  return { search, value, change, link, go, area: search.get('area') ?? '', period: search.get('period') ?? '' };
}
