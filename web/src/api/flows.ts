/** Work that closes its loop: tasks, instances of flows, their forms, messages and the roster. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { HubIssue, Questionnaire, QuestionnaireResponse } from '../components/form/fhir';
import { ApiError, get, post, withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { components, paths } from './openapi';

type Schemas = components['schemas'];

export type Move = Schemas['FlowMove'] & { kind: NonNullable<Schemas['FlowMove']['kind']> };
export type Task = Omit<Schemas['Task'], 'moves' | 'data'> & { moves: Move[]; data: Record<string, unknown> };
export type TaskList = Omit<Schemas['TaskList'], 'items'> & { items: Task[] };
export type TaskCounts = Schemas['TaskCounts'];
/** answers of forms as FHIR has them */
export type LogEntry = Omit<Schemas['FlowEvent'], 'response'> & { response?: QuestionnaireResponse };
/** an instance as one may look at it; what the hub leaves out of one that is gone is not asked for */
export type Instance = Required<Pick<Schemas['Instance'], 'id' | 'flow' | 'flow_title' | 'version' | 'status' | 'started' | 'starter' | 'children' | 'seen'>> &
  Pick<Schemas['Instance'], 'starter_name' | 'ended' | 'end' | 'end_name' | 'area' | 'subject' | 'parent' | 'as_of'> & {
    data: Record<string, unknown>;
    tokens: Task[];
    log: LogEntry[];
  };
export type InstanceLine = Omit<Schemas['InstanceList']['items'][number], 'data'> & { data: Record<string, unknown> };
export type Flow = Schemas['Flow'];
export type FlowField = Flow['fields'][number];
export interface FormToFill {
  questionnaire: Questionnaire;
  response: QuestionnaireResponse;
}
export interface FormChecked {
  response: QuestionnaireResponse;
  issues: HubIssue[];
  disabled?: string[];
}
export type BulkResult = Omit<Schemas['TaskActResults']['results'][number], 'error'> & { error?: Schemas['Error']['error'] };
export type Message = Schemas['MessageList']['items'][number];
export type Proposal = Schemas['FlowProposal'];
export type Criterion = Schemas['FlowCriterion'];
export type Roster = Schemas['Roster'];
export type Duty = Schemas['Duty'];

const path = (...parts: string[]) => `/api/${parts.map(encodeURIComponent).join('/')}`;

/** Tasks, page after page by the hub's cursor. */
export function useTasks(query: Query, enabled = true) {
  return useInfiniteQuery<TaskList, ApiError, TaskList[], readonly unknown[], string>({
    queryKey: ['/api/tasks', query],
    queryFn: ({ pageParam, signal }) => get<TaskList>('/api/tasks', { ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    select: ({ pages }) => pages,
    placeholderData: (before) => before,
    enabled,
  });
}

export const useTaskCounts = (enabled: boolean) => useGet<TaskCounts>('/api/tasks/counts', {}, { enabled, every: 60_000 });

/** Flows change with the content, not with the day's work. */
export function useFlows(enabled = true) {
  return useQuery<Flow[], ApiError>({
    queryKey: ['/api/flows'],
    queryFn: async ({ signal }) => {
      const answer = await get<Flow[] | { items: Flow[] }>('/api/flows', {}, signal);
      return Array.isArray(answer) ? answer : answer.items;
    },
    enabled,
  });
}

export const useFlow = (id: string | undefined): Flow | undefined => useFlows(id !== undefined).data?.find((one) => one.id === id);

export const instancePath = (id: string) => path('instances', id);
export const useInstance = (id: string) => useOne<Instance>(id === '' ? null : instancePath(id));

export function useInstances(query: Query, enabled = true) {
  return useInfiniteQuery<{ items: InstanceLine[]; next?: string }, ApiError, InstanceLine[], readonly unknown[], string>({
    queryKey: ['/api/instances', query],
    queryFn: ({ pageParam, signal }) => get('/api/instances', { ...query, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (last) => last.next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
    placeholderData: (before) => before,
    enabled,
  });
}

/** A form as it begins: read once, or work of somebody else would be taken out from under the hands. */
export function useFormToFill(flow: string, form: string | undefined, instance = '') {
  return useQuery<FormToFill, ApiError>({
    queryKey: ['form', flow, form, instance],
    queryFn: ({ signal }) => get<FormToFill>(path('flows', flow, 'forms', form ?? ''), { instance }, signal),
    enabled: form !== undefined && flow !== '',
    staleTime: Infinity,
  });
}

/** The definitions of the forms of a log, to read its answers with. */
export const useFormDefinition = (flow: string, form: string | undefined) => useFormToFill(flow, form).data?.questionnaire;

export const checkForm = (flow: string, form: string, response: QuestionnaireResponse) =>
  post<FormChecked>(`${path('flows', flow, 'forms', form)}/check`, { response });

export const actPath = (instance: string) => `${path('instances', instance)}/acts`;
export const startPath = (flow: string) => `${path('flows', flow)}/instances`;

export const actOnMany = (body: { items: { instance: string; token: number; seen: number }[]; move: string; reason?: string; key: string }) =>
  post<{ results: BulkResult[] }>('/api/tasks/acts', body);

export const useDiagram = (flow: string, language: string) =>
  useQuery<string, Error>({
    queryKey: ['diagram', flow, language],
    queryFn: async ({ signal }) => {
      const answer = await fetch(withQuery(`${path('flows', flow)}/diagram`, { language }), { signal });
      if (!answer.ok) throw new ApiError(answer.status, 'unavailable', `HTTP ${answer.status}`, '', '');
      return answer.text();
    },
    enabled: flow !== '',
    staleTime: 10 * 60_000,
  });

export const useMessages = (query: Query, enabled = true) => useGet<{ items: Message[]; next?: string }>('/api/messages', query, { enabled });
export const markRead = (id: number) => post<unknown>(`${path('messages', String(id))}/read`);

export type People = paths['/api/instances/{id}/people']['get']['responses']['200']['content']['application/json'];

/** Who could be given a place of work. */
export const usePeople = (instance: string, token: number, enabled: boolean) =>
  useGet<People>(`${path('instances', instance)}/people`, { token }, { enabled });

export type FlowTimes = Schemas['FlowTimes'];

/** How long work stands in each state of a flow, and how much of it is in time. */
export const useFlowTimes = (flow: string, query: Query) => useGet<FlowTimes>(`${path('flows', flow)}/times`, query);

/** What the criteria of a flow propose now, or with a form in hand. */
export const useProposal = (instance: string, criteria: string | undefined, known: unknown, response?: QuestionnaireResponse) =>
  useQuery<Proposal, ApiError>({
    queryKey: [`${path('instances', instance)}/proposals`, criteria, known],
    queryFn: () => post<Proposal>(`${path('instances', instance)}/proposals`, { criteria, ...(response ? { response } : {}) }),
    enabled: criteria !== undefined,
    placeholderData: (before) => before,
  });

/** Who is on call on these days, and now. */
export const useRoster = (query: Query) => useGet<Roster>('/api/roster', query);
