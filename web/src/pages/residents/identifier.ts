import type { Key } from '../../i18n';

/** Identifier systems that have a name of their own; any other one is shown as its address. */
const names: Record<string, Key> = {
  'urn:oid:2.16.156.10011.1.3': 'identifier.identity',
  'urn:oid:2.16.156.10011.1.2': 'identifier.healthRecord',
};

export function identifierKey(system: string): Key | undefined {
  return names[system];
}
