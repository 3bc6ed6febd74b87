import { useTexts, type Key } from '../../i18n';

/** FHIR status codes that appear as the whole detail of an entry, in the reader's words. */
const codes: Record<string, Key> = {
  active: 'code.active',
  resolved: 'code.resolved',
  inactive: 'code.inactive',
  remission: 'code.remission',
  recurrence: 'code.recurrence',
  finished: 'code.finished',
  completed: 'code.completed',
  planned: 'code.planned',
  cancelled: 'code.cancelled',
  'in-progress': 'code.inProgress',
};

export function useCode(text: string): string {
  const { t } = useTexts();
  const key = codes[text];
  return key ? t(key) : text;
}
