import type { Flow, Instance } from '../../api/flows';
import { Facts } from '../../components/Card';
import { formatInstant, formatNumber } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useAreaName } from './TaskTable';
import { codeName, fieldsOf } from './useCodeTexts';

/** A value of an instance in words. */
export function useFieldText(flow: Flow | undefined): (field: string, kind: string, value: unknown) => string {
  const { t, loc } = useTexts();
  const areaName = useAreaName();
  return (field, kind, value) => {
    const code = codeName(flow, field, value);
    if (code) return loc(code);
    if (field === 'area') return areaName(String(value));
    if (typeof value === 'boolean') return t(value ? 'form.yes' : 'form.no');
    if (typeof value === 'number') return formatNumber(value, 4);
    return kind === 'instant' ? formatInstant(String(value)) : String(value);
  };
}

export function InstanceFacts({ instance, flow }: { instance: Instance; flow: Flow | undefined }) {
  const textOf = useFieldText(flow);
  return (
    <Facts
      items={fieldsOf(instance, flow).map(({ id, name, kind, value }) => [
        <Loc key={id} of={name} />,
        <span key={`${id} value`} className={typeof value === 'number' ? 'num' : ''}>
          <Loc of={textOf(id, kind, value)} />
        </span>,
      ])}
    />
  );
}
