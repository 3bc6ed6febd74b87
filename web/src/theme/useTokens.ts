import { useSearchParams } from 'react-router-dom';
import { usePreferences } from '../state/preferences';
import { tokens, type Tokens } from './tokens';

/** Colours of the theme that is shown: the wall is dark whatever the reader chose. */
export function useTokens(): Tokens {
  const { theme } = usePreferences();
  const [search] = useSearchParams();
  return tokens[search.get('wall') === '1' ? 'dark' : theme];
}
