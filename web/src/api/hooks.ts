import { keepPreviousData, QueryClient, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { layOutJson, memberText } from '../format/jsonText';
import { ApiError, get, getWithText, type QueryValue } from './client';
import type {
  Account,
  Area,
  AreaMap,
  AuditPage,
  Board,
  Delivery,
  Emergency,
  IndicatorDetail,
  IndicatorList,
  Orphan,
  Page,
  Plan,
  Policy,
  PolicyPreview,
  Problem,
  ProblemDetail,
  Resident,
  ResidentDetail,
  ResourceView,
  Roles,
  SearchHit,
  Status,
  Timeline,
  UnrelatedLooks,
} from './types';

export type Query = Record<string, QueryValue>;

/** Data stay as shown until the hub says that something changed (events.ts) or a minute has gone. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000,
        gcTime: 15 * 60_000,
        refetchOnWindowFocus: false,
        retry: (failures, error) =>
          failures < 2 && error instanceof ApiError && (error.status === 0 || error.status === 503),
      },
    },
  });
}

export function useGet<T>(path: string, query: Query = {}, options: { enabled?: boolean; every?: number } = {}) {
  return useQuery<T, ApiError>({
    queryKey: [path, query],
    queryFn: ({ signal }) => get<T>(path, query, signal),
    enabled: options.enabled ?? true,
    refetchInterval: options.every,
    placeholderData: keepPreviousData,
  });
}

export const useStatus = () => useGet<Status>('/api/status', {}, { every: 30_000 });
export const useAreas = () => useGet<{ items: Area[] }>('/api/areas');
export const useAreaMap = () => useGet<AreaMap>('/api/areas.geojson');
export const useCockpit = (query: Query) => useGet<Board>('/api/boards/cockpit', query);
export const usePlans = () => useGet<{ items: Plan[] }>('/api/plans');
export const useIndicators = (query: Query) => useGet<IndicatorList>('/api/indicators', query);
export const useResidents = (query: Query) => useGet<Page<Resident>>('/api/residents', query);
export const useDeliveries = (query: Query) => useGet<Page<Delivery>>('/api/deliveries', query);

/** One thing by its id: never shows the thing that was open before. */
export function useOne<T>(path: string | null, every?: number) {
  return useQuery<T, ApiError>({
    queryKey: [path],
    queryFn: ({ signal }) => get<T>(path as string, {}, signal),
    enabled: path !== null,
    refetchInterval: every,
  });
}

const one = (path: string, id: string | number | null) =>
  id === null || id === '' ? null : `${path}/${encodeURIComponent(String(id))}`;

export const useIndicator = (id: string) => useOne<IndicatorDetail>(one('/api/indicators', id));
export const useResident = (id: string) => useOne<ResidentDetail>(one('/api/residents', id));
export const useDelivery = (id: string, receiving: boolean) =>
  useOne<Delivery>(one('/api/deliveries', id), receiving ? 1_000 : undefined);
export const useProblem = (id: string) => useOne<ProblemDetail>(one('/api/problems', id));

export const useProblems = (delivery: string, query: Query) =>
  useGet<Page<Problem>>(`/api/deliveries/${encodeURIComponent(delivery)}/problems`, query);
export const useOrphans = (delivery: string, query: Query, enabled: boolean) =>
  useGet<Page<Orphan>>(`/api/deliveries/${encodeURIComponent(delivery)}/orphans`, query, { enabled });

export const useSearch = (text: string) =>
  useGet<{ items: SearchHit[] }>('/api/search', { q: text }, { enabled: text.trim().length > 0 });

/** Entries of a time line, newest first, page after page by the hub's cursor. */
export function useTimeline(resident: string, type: string) {
  return useInfiniteQuery({
    queryKey: ['timeline', resident, type],
    queryFn: ({ pageParam, signal }) =>
      get<Timeline>(
        `/api/residents/${encodeURIComponent(resident)}/timeline`,
        { type, before: pageParam, size: 100 },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (last: Timeline) => last.next,
  });
}

export const useUsers = (query: Query, enabled = true) => useGet<Page<Account>>('/api/users', query, { enabled });
export const useUser = (name: string) => useOne<Account>(one('/api/users', name));
export const useRoles = (enabled = true) => useGet<Roles>('/api/roles', {}, { enabled });
export const useAudit = (query: Query) => useGet<AuditPage>('/api/audit', query);
export const usePolicy = () => useGet<Policy>('/api/policy');
export const usePolicyPreview = (roles: readonly string[]) =>
  useGet<PolicyPreview>('/api/policy/preview', { role: roles.join(',') }, { enabled: roles.length > 0 });

export const useEmergencies = (query: Query, enabled = true) =>
  useGet<Page<Emergency>>('/api/break-glass', query, { enabled });
export const useUnrelated = (query: Query) => useGet<UnrelatedLooks>('/api/audit/unrelated', query);

/** A record with its text as delivered. */
export function useResource(resident: string, seq: string) {
  const path = `/api/residents/${encodeURIComponent(resident)}/resources/${encodeURIComponent(seq)}`;
  return useQuery<ResourceView, ApiError>({
    queryKey: [path],
    queryFn: async ({ signal }) => {
      const { data, text } = await getWithText<Omit<ResourceView, 'resourceText'>>(path, signal);
      return { ...data, resourceText: layOutJson(memberText(text, 'resource')) };
    },
    enabled: seq !== '',
  });
}
