import { useStatus } from '../api/hooks';
import { useTexts } from '../i18n';

/** What the hub calls a kind of record in the reader's language; its FHIR name where it has none. */
export function useTypeName(): (type: string) => string {
  const { loc } = useTexts();
  const status = useStatus();
  return (type) => loc(status.data?.types.find((one) => one.type === type)?.name) || type;
}
