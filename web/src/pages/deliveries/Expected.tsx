import { readExpected } from '../../format/expected';
import { useTexts } from '../../i18n';

/** What a check asked for, in the reader's language; as the hub said it where we have no words. */
export function Expected({ text }: { text: string }) {
  const { t, language } = useTexts();
  if (language === 'en') return <>{text}</>;
  const found = readExpected(text);
  return found ? <>{t(found.key, found.parts)}</> : <span lang="en">{text}</span>;
}
