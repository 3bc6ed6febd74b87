/** A report in the fields of the national event system: which item is which field stands in the form (`code` of its items). */
import type { Instance, LogEntry } from '../../api/flows';
import { allItems, type FormDefinition } from '../../components/form/definition';
import type { Coding, Questionnaire, QuestionnaireItem } from '../../components/form/fhir';
import { valuesOf, type Fill } from '../../components/form/model';

export const nationalLayout = 'https://health-brain.org/fhir/CodeSystem/national-event-report';

/** linkId → name of the field there. */
export function nationalFields(form: Questionnaire): Map<string, string> {
  const all = (items: readonly QuestionnaireItem[] = []): QuestionnaireItem[] => items.flatMap((item) => [item, ...all(item.item)]);
  return new Map(
    all(form.item).flatMap(({ linkId, code }) => {
      const field = code?.find(({ system }) => system === nationalLayout)?.code;
      return field ? [[linkId, field] as [string, string]] : [];
    }),
  );
}

export interface NationalReport {
  layout: string;
  form: string;
  event: string;
  sent: string;
  sender: string;
  fields: { field: string; item: string; values: { text: string; code?: string }[] }[];
}

/** textOf  a value of an item in words */
export function nationalReport(event: Pick<Instance, 'id'>, entry: Pick<LogEntry, 'at' | 'user'>, form: Questionnaire, definition: FormDefinition, fill: Fill, textOf: (item: FormDefinition['items'][number], value: never) => string): NationalReport {
  const fields = nationalFields(form);
  return {
    layout: nationalLayout,
    form: definition.canonical,
    event: event.id,
    sent: entry.at,
    sender: entry.user,
    fields: allItems(definition.items).flatMap((item) => {
      const field = fields.get(item.id);
      if (field === undefined) return [];
      const values = valuesOf(fill, item).map((value) => {
        const code = typeof value === 'object' ? (value as Coding).code : undefined;
        return { text: textOf(item, value as never), ...(code ? { code } : {}) };
      });
      return [{ field, item: item.id, values }];
    }),
  };
}
