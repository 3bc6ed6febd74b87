/** The app API as the web sees it. Field names are those of the API description. */

export interface Localized {
  zh: string;
  en: string;
}

export interface Page<T> {
  total: number;
  page: number;
  size: number;
  items: T[];
  /** the count stopped at a cap: “at least total” */
  totalIsAtLeast?: boolean;
}

export interface ApiErrorBody {
  error: { code: string; message: string; messageZh?: string; where?: string };
}

export interface Feed {
  committed: number;
  reached: number;
  /** milliseconds the tables are behind the records */
  lagMs: number;
  stale: boolean;
}

export interface TypeCount {
  type: string;
  count: number;
}

export interface TableRows {
  name: string;
  rows: number;
}

export interface Status {
  product: string;
  productZh: string;
  version: string;
  store: { id: string; simulated: boolean; name: Localized | null };
  /** the day the data run up to */
  now: string;
  asOf: string;
  feed: Feed;
  counts: { residents: number; resources: number; openProblems: number; deliveries: number };
  types: TypeCount[];
  tables: TableRows[];
}

export type AreaLevel = 'city' | 'district' | 'street' | 'community';

export interface Area {
  code: string;
  name: Localized;
  level: AreaLevel;
  parent: string | null;
}

export interface AreaFeature {
  type: 'Feature';
  properties: { code: string; name: string; [other: string]: unknown };
  geometry: { type: string; coordinates: unknown };
}

export interface AreaMap {
  type: 'FeatureCollection';
  features: AreaFeature[];
}

export type IndicatorStatus = 'met' | 'nearly' | 'missed' | 'not_decidable';
export type StatusCounts = Partial<Record<IndicatorStatus, number>>;

export interface Target {
  text: Localized;
  comparison: string;
  value: number | null;
  upper: number | null;
  period: string | null;
}

export interface Basis {
  population: Localized;
  area: Localized;
  year: Localized;
  date: Localized;
}

export interface Indicator {
  id: string;
  plan: string;
  planTitle: Localized;
  no: string;
  field: Localized;
  name: Localized;
  scope: Localized | null;
  unit: Localized | null;
  better: 'higher' | 'lower' | 'none';
  targetText: string;
  target: Target | null;
  valueText: string;
  value: number | null;
  values: number[];
  valueYear: number | null;
  status: IndicatorStatus;
  printedStatus: string | null;
  gap: number | null;
  gapUnit: Localized | null;
  reason: Localized;
  basis: Basis | null;
  source: { title: Localized; document: string } | null;
  note: Localized | null;
}

export interface LevelTarget {
  level: Localized;
  text: string;
}

export interface IndicatorDetail extends Indicator {
  history: { period: string; value: number | null; valueText: string; source: Localized | string | null }[];
  conflicts: unknown[];
  /** targets of the province, the city and the district where the plan prints them */
  targets?: LevelTarget[];
}

export interface IndicatorList extends Page<Indicator> {
  facets: {
    plans: { id: string; title: Localized; count: number }[];
    fields: { field: Localized; count: number }[];
    statuses: StatusCounts;
  };
}

export interface Plan {
  id: string;
  title: Localized;
  level: Localized | string | null;
  year: number;
  source: { title: Localized; document?: string; page?: string | number } | null;
  count: number;
  counts: StatusCounts;
}

export interface KeyFigure {
  id: string;
  name: Localized;
  basis: Localized | null;
  value: number | null;
  unit: Localized | null;
  note: Localized | null;
  source: Localized | null;
  asOf: string | null;
}

export interface BoardPlan {
  id: string;
  title: Localized;
  source: Localized | { title: Localized } | null;
  year: number;
  counts: StatusCounts;
  fields: { field: Localized; indicators: Indicator[] }[];
}

export interface AreaRow {
  area: string;
  name: Localized;
  people: number | null;
  visits: number | null;
  visitsPerThousand: number | null;
}

export interface SeriesPoint {
  period: string;
  value: number | null;
}

export type BoardSection =
  | { kind: 'key-figures'; title: Localized; items: KeyFigure[] }
  | { kind: 'plans'; title: Localized; plans: BoardPlan[] }
  | {
      kind: 'areas';
      title: Localized;
      unit: Localized | null;
      rows: AreaRow[];
      period: string;
      source: Localized | null;
    }
  | {
      kind: 'series';
      title: Localized;
      unit: Localized | null;
      source: Localized | null;
      points: SeriesPoint[];
    }
  | { kind: 'freshness'; title: Localized; deliveries: Delivery[]; tables: TableRows[]; feed: Feed };

export interface Board {
  id: string;
  title: Localized;
  asOf: string;
  sections: BoardSection[];
}

export interface Resident {
  id: number;
  name: string;
  gender: string | null;
  birthDate: string | null;
  age: number | null;
  area: string | null;
  areaName: Localized | null;
  /** known from references only; no record of the person has arrived yet */
  provisional: boolean;
  deceased: string | null;
  identifierMasked: string | null;
}

export interface ResidentDetail extends Resident {
  address: string | null;
  telecomMasked: string | null;
  identifiers: { system: string; valueMasked: string }[];
  counts: TypeCount[];
  firstSeen: string | null;
  lastSeen: string | null;
}

export interface TimelineItem {
  seq: number;
  type: string;
  kind: Localized;
  date: string | null;
  title: string;
  detail: string | null;
  code: string | null;
  organization: string | null;
  status: string | null;
}

export interface Timeline {
  items: TimelineItem[];
  next: string | null;
  total: number;
}

export interface ResourceView {
  seq: number;
  type: string;
  id: string;
  version: number;
  recorded: string;
  delivery: { id: number; name: string } | null;
  resource: unknown;
  /** the same as delivered and laid out: 1.0 stays 1.0; added on receipt */
  resourceText: string;
}

export type DeliveryState = 'receiving' | 'done' | 'failed' | 'cancelled';

export interface Delivery {
  id: number;
  name: string;
  source: string | null;
  state: DeliveryState;
  bytes: number;
  digest: string | null;
  accepted: number;
  duplicates: number;
  quarantined: number;
  openProblems: number;
  orphans: number;
  seconds: number | null;
  started: string;
  ended: string | null;
  resources: Record<string, number>;
  tables: Record<string, number>;
  error: string | null;
  /** 0…1 while receiving */
  progress: number | null;
}

export type ProblemState = 'open' | 'corrected' | 'dismissed';

export interface Fault {
  rule: string;
  ruleText?: Localized;
  path: string;
  expected: string;
  found: string;
}

export interface Problem extends Fault {
  id: number;
  delivery: number;
  line: number | null;
  offset: number;
  type: string | null;
  ruleText: Localized;
  state: ProblemState;
  note: string | null;
  /** bytes of the original; `cut` says that only the first part is kept */
  length: number;
  cut: boolean;
}

export interface ProblemDetail extends Problem {
  original: string;
}

export type Correction = { accepted: true; seq: number } | { accepted: false; faults: Fault[] };

export interface Orphan {
  from?: string;
  reference: string;
  type?: string;
  path?: string;
  line?: number | null;
  count?: number;
  [other: string]: unknown;
}

export interface SearchHit {
  kind: 'resident' | 'indicator' | 'page' | 'delivery';
  title: Localized;
  subtitle: Localized | null;
  path: string;
}
