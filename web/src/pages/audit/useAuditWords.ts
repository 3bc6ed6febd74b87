import { useAreas } from '../../api/hooks';
import { useTexts } from '../../i18n';
import { useTypeName } from '../../state/useTypeName';
import { isAction, isFilter, isPurpose, readWhat } from './what';

/** What entries hold, in the reader's words; what is not known is shown as it is. */
export function useAuditWords() {
  const { t, loc } = useTexts();
  const areas = useAreas();
  const typeName = useTypeName();
  const record = (rest: string) => {
    const [type = '', id = ''] = rest.split('/');
    return id ? `${type === 'Patient' ? t('resident.particulars') : typeName(type)} ${id}` : rest;
  };
  const areaName = (code: string) => {
    const known = areas.data?.items.find((area) => area.code === code);
    return known ? loc(known.name) : code;
  };
  return {
    action: (word: string) => (isAction(word) ? t(`auditAction.${word}`) : word),
    purpose: (word: string) => (isPurpose(word) ? t(`purpose.${word}`) : word),
    what: (text: string) => {
      const what = readWhat(text);
      if (what.kind === 'resident') return record(what.rest);
      if (what.kind === 'residents')
        return t('audit.search', { n: what.words, area: what.area ? areaName(what.area) : t('shell.allAreas') });
      if (what.kind === 'account') return `${t('login.name')} ${what.name} ${what.rest}`.trim();
      if (what.kind === 'audit') {
        const filters = what.filters.map(([name, value]) => `${isFilter(name) ? t(`auditFilter.${name}`) : name} ${value}`);
        return [t('audit.itself'), ...filters].join(' · ');
      }
      return what.text;
    },
  };
}
