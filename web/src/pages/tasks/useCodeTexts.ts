import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { get } from '../../api/client';
import type { Flow, FormToFill, Instance } from '../../api/flows';
import type { Localized } from '../../api/types';
import type { Questionnaire } from '../../components/form/fhir';

/** The forms of a flow by name; a form that cannot be read is not there. */
export function useForms(flow: Flow | undefined, instance: string): Map<string, Questionnaire> {
  const names = useMemo(() => [...new Set([...(flow?.forms ?? []), ...(flow?.start_form ? [flow.start_form] : [])])], [flow]);
  const answers = useQueries({
    queries: names.map((name) => ({
      queryKey: ['form', flow?.id, name, instance],
      queryFn: ({ signal }: { signal: AbortSignal }) => get<FormToFill>(`/api/flows/${encodeURIComponent(flow?.id ?? '')}/forms/${encodeURIComponent(name)}`, { instance }, signal),
      staleTime: Infinity,
    })),
  });
  const arrived = answers.map(({ dataUpdatedAt }) => dataUpdatedAt).join(' ');
  // The answers are other objects at every turn; they say something new only when one has arrived.
  return useMemo(() => new Map(answers.flatMap(({ data }, index) => (data ? [[names[index] as string, data.questionnaire] as const] : []))), [names, arrived]);
}

/** What a code in a field of a flow means. */
export const codeName = (flow: Flow | undefined, field: string, code: unknown): Localized | undefined =>
  flow?.fields.find(({ id }) => id === field)?.codes?.find((one) => one.code === code)?.name;

/** Fields that hold something, in the flow's order; what the flow does not name comes last under its own name. */
export function fieldsOf(instance: Pick<Instance, 'data'>, flow: Flow | undefined): { id: string; name: Localized; kind: string; value: unknown }[] {
  const known = (flow?.fields ?? []).map(({ id, name, kind }) => ({ id, name, kind, value: instance.data[id] }));
  const others = Object.entries(instance.data)
    .filter(([id]) => !known.some((one) => one.id === id))
    .map(([id, value]) => ({ id, name: { zh: id, en: id }, kind: 'text', value }));
  return [...known, ...others].filter(({ value }) => value !== undefined && value !== null && value !== '');
}
