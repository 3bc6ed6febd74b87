import type { Key } from '../i18n';

/** What the checks of the hub ask for, as it writes it in English, and the key of our words for it. */
const phrases: readonly [RegExp, Key][] = [
  [/^a date that exists, such as (.+)$/, 'expected.aDate'],
  [/^a date that exists, or date and time with offset, such as (.+)$/, 'expected.aDateTime'],
  [/^an instant with offset, such as (.+)$/, 'expected.anInstant'],
  [/^a time such as (.+)$/, 'expected.aTime'],
  [/^18 characters with a birth date that exists and the right check digit \(GB 11643\)$/, 'expected.identity'],
  [/^an area that exists \(77 is kept for simulated stores\)$/, 'expected.area77'],
  [/^at least (\d+)$/, 'expected.atLeast'],
  [/^an element of (\w+)$/, 'expected.elementOf'],
  [/^(?:the name of )?a FHIR R4 resource type$/, 'expected.resourceType'],
  [/^a FHIR R4 resource$/, 'expected.resource'],
  [/^1 to 64 letters, digits, hyphens and dots$/, 'expected.id'],
  [/^a text$/, 'expected.text'],
  [/^a text that is not empty$/, 'expected.someText'],
  [/^a number$/, 'expected.number'],
  [/^a whole number(?: of 32 bits)?$/, 'expected.whole'],
  [/^a whole number from (\d+) to (\d+)$/, 'expected.wholeFrom'],
  [/^true or false$/, 'expected.bool'],
  [/^a list \[\.\.\.\]$/, 'expected.list'],
  [/^a list that is not empty$/, 'expected.someList'],
  [/^one value, not a list$/, 'expected.oneValue'],
  [/^an object \{\.\.\.\}$/, 'expected.object'],
  [/^an object that is not empty$/, 'expected.someObject'],
  [/^the element once$/, 'expected.once'],
  [/^one value\[x\] only$/, 'expected.oneChoice'],
  [/^the sender's id of the resource$/, 'expected.senderId'],
  [/^JSON text(?: in UTF-8)?(?: \(.+\))?$/, 'expected.json'],
  [/^text in UTF-8 or GB18030$/, 'expected.encoding'],
  [/^at most (\d+) bytes in one line or entry$/, 'expected.lineBytes'],
  [/^at most (\d+) levels of nesting$/, 'expected.levels'],
  [/^a complete file$/, 'expected.wholeFile'],
  [/^a code without surrounding or double spaces$/, 'expected.code'],
  [/^a URI without spaces$/, 'expected.uri'],
];

/** The key of a phrase and its parts, {1} and {2}; null for one that is not known here. */
export function readExpected(text: string): { key: Key; parts: Record<string, string> } | null {
  for (const [pattern, key] of phrases) {
    const match = pattern.exec(text);
    if (match) return { key, parts: { 1: match[1] ?? '', 2: match[2] ?? '' } };
  }
  return null;
}
