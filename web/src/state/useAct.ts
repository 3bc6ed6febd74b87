import { useCallback, useState } from 'react';
import { useErrorText } from '../components/States';

/** Something that a reader does: at work, or refused with the reason, which stays until the next try. */
export function useAct() {
  const textOf = useErrorText();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState('');
  const run = useCallback(
    async <T,>(act: () => Promise<T>): Promise<T | undefined> => {
      setBusy(true);
      setFault('');
      try {
        return await act();
      } catch (cause) {
        setFault(textOf(cause));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    [textOf],
  );
  return { busy, fault, run, forget: () => setFault('') };
}
