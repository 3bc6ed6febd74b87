/** Work that closes its loop: tasks, instances of flows, their forms, messages and the roster. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { HubIssue, Questionnaire, QuestionnaireResponse } from '../components/form/fhir';
import { ApiError, get, post, withQuery } from './client';
import { useGet, useOne, type Query } from './hooks';
import type { Localized } from './types';

export type MoveKind = 'move' | 'take' | 'release' | 'delegate' | 'withdraw';

export interface Move {
  id: string;
  kind: MoveKind;
  name: Localized;
  form?: string;
  reason: boolean;
  back: boolean;
  to: string[];
}

export interface Task {
  instance: string;
  token: number;
  seen: number;
  flow: string;
  flow_title: Localized;
  version: number;
  state: string;
  state_name: Localized;
  actor: string;
  actor_name: Localized;
  user?: string;
  user_name?: string;
  waiting: boolean;
  escalated: boolean;
  since: string;
  started: string;
  due?: string;
  remind?: string;
  overdue: boolean;
  assumed?: boolean;
  subject?: Localized;
  area?: string;
  resident?: number;
  data: Record<string, unknown>;
  moves: Move[];
}

export interface TaskList {
  items: Task[];
  next?: string;
  as_of: string;
}

export interface TaskCounts {
  mine: number;
  team: number;
  overdue: number;
  today: number;
  messages: number;
}

export interface LogEntry {
  number: number;
  at: string;
  user: string;
  user_name?: string;
  kind: string;
  token?: number;
  move?: string;
  name?: Localized;
  from?: string;
  from_name?: Localized;
  /** where it stands then */
  states?: { id: string; name: Localized }[];
  /** account to which it was handed over */
  to?: string;
  to_name?: string;
  child?: string;
  reason?: string;
  clock?: string;
  form?: string;
  response?: QuestionnaireResponse;
  withheld?: boolean;
}

export interface Instance {
  id: string;
  flow: string;
  flow_title: Localized;
  version: number;
  status: 'active' | 'completed' | 'cancelled';
  started: string;
  starter: string;
  starter_name?: string;
  ended?: string;
  end?: string;
  end_name?: Localized;
  area?: string;
  subject?: Localized;
  data: Record<string, unknown>;
  tokens: Task[];
  parent?: string;
  children: { name: string; id: string; flow: string; finished: boolean; end?: string }[];
  seen: number;
  as_of?: string;
  log: LogEntry[];
}

export interface InstanceLine {
  id: string;
  flow: string;
  flow_title: Localized;
  version: number;
  status: Instance['status'];
  started: string;
  starter: string;
  starter_name?: string;
  ended?: string;
  end?: string;
  end_name?: Localized;
  states: { id: string; name: Localized }[];
  area?: string;
  data: Record<string, unknown>;
  subject?: Localized;
}

export interface FlowField {
  id: string;
  name: Localized;
  kind: string;
  required: boolean;
}

export interface Flow {
  id: string;
  version: number;
  title: Localized;
  description?: Localized;
  start_form?: string;
  may_start: boolean;
  open: number;
  fields: FlowField[];
  actors: { id: string; name: Localized }[];
  states: { id: string; name: Localized; final: boolean; owner?: string; clocks: { id: string; within: string; within_name?: Localized }[] }[];
  moves: { id: string; name: Localized; from: string; to: string[]; form?: string; reason: boolean; back: boolean }[];
  forms: string[];
}

export interface FormToFill {
  questionnaire: Questionnaire;
  response: QuestionnaireResponse;
}

export interface FormChecked {
  response: QuestionnaireResponse;
  issues: HubIssue[];
  disabled?: string[];
}

export interface BulkResult {
  instance: string;
  token: number;
  ok: boolean;
  error?: { code: string; message: string; messageZh?: string };
}

export interface Message {
  id: string;
  at: string;
  text: Localized | string;
  instance?: string;
  read: boolean;
}

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
export const markRead = (id: string) => post<unknown>(`${path('messages', id)}/read`);

export interface People {
  items: { user: string; name?: string; open?: number; on_call?: boolean }[];
}

/** Who could be given a place of work. */
export const usePeople = (instance: string, token: number, enabled: boolean) =>
  useGet<People>(`${path('instances', instance)}/people`, { token }, { enabled });

export interface FlowTimes {
  flow: string;
  from: string;
  to: string;
  instances: number;
  states: { id: string; name: Localized; left: number; median_hours?: number; deadlines: number; kept: number }[];
}

/** How long work stands in each state of a flow, and how much of it is in time. */
export const useFlowTimes = (flow: string, query: Query) => useGet<FlowTimes>(`${path('flows', flow)}/times`, query);
