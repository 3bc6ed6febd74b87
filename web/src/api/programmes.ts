import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Checked } from '../components/form/useForm';
import type { Questionnaire, QuestionnaireResponse } from '../components/form/fhir';
import { post, type ApiError } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components } from './openapi';

type Schemas = components['schemas'];

export type DueService = Schemas['DueService'];
export type DueState = DueService['state'];
export type DuePeople = Schemas['DuePeople'];
export type DueResident = Schemas['DueResident'];
export type DueList = Schemas['DueList'];
export type ProgrammeList = Schemas['ProgrammeList'];
export type EligibleList = Schemas['EligibleList'];
export type ResidentProgramme = Schemas['ResidentProgramme'];
export type ResidentProgrammes = Schemas['ResidentProgrammes'];
export type Written = Schemas['ProgrammeWritten'];
export type VisitForm = Omit<Schemas['VisitForm'], 'questionnaire' | 'response'> & {
  questionnaire: Questionnaire | null;
  response: QuestionnaireResponse | null;
};

export const useProgrammes = () => useGet<ProgrammeList>('/api/programmes');
export const useDue = (query: Query, enabled = true) => useGet<DueList>('/api/programmes/due', query, { enabled });
export const useEligible = (programme: string, query: Query) =>
  useGet<EligibleList>(`/api/programmes/${encodeURIComponent(programme)}/eligible`, query, { enabled: programme !== '' });

const ofResident = (id: string | number) => `/api/residents/${encodeURIComponent(String(id))}`;
export const visitPath = (id: string | number) => `${ofResident(id)}/visit`;

export const useResidentProgrammes = (id: string | number, enabled = true) => useOne<ResidentProgrammes>(enabled ? `${ofResident(id)}/programmes` : null);
export const useVisit = (id: string, services: string) => useGet<VisitForm>(visitPath(id), { services });
export const checkVisit = (id: string, services: readonly string[], response: QuestionnaireResponse) =>
  post<Checked>(`${visitPath(id)}/check`, { services, response });

/** What was written is not in the lists at once: they are asked again when the hub says that they know of it, and now. */
export function useForgetDue() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ predicate: ({ queryKey }) => /^\/api\/(programmes|residents)/.test(String(queryKey[0])) });
}

export interface Change {
  programme: string;
  status: string;
  date: string;
  reason?: string;
}

export const useChange = (id: string | number) =>
  useMutation<Written, ApiError, Change>({ mutationFn: (change) => post<Written>(`${ofResident(id)}/programmes`, change) });
