import type { Key } from '../../i18n';

export function genderKey(gender: string | null): Key {
  if (gender === 'male' || gender === 'female' || gender === 'other') return `gender.${gender}`;
  return 'gender.unknown';
}
