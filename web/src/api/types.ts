/** The app API as the web uses it: names for the schemas of the API description. The schemas
 *  themselves (openapi.d.ts) are generated from it by `npm run types`. */
import type { components } from './openapi';

type Schemas = components['schemas'];

export type Localized = Schemas['Texts'];
export type ApiErrorBody = Schemas['Error'];
export type Session = Schemas['Session'];
export type SecondFactor = Schemas['SecondFactor'];
export type LogInOptions = Schemas['LogInOptions'];
export type Status = Schemas['Status'];
export type TypeCount = Pick<Schemas['TypeCount'], 'type' | 'count'>;
export type Area = Schemas['Area'];
export type AreaMap = Omit<Schemas['FeatureCollection'], 'features'> & { features: AreaFeature[] };
export type AreaFeature = Omit<Schemas['FeatureCollection']['features'][number], 'geometry'> & {
  geometry: { type: string; coordinates: unknown };
};

export type IndicatorStatus = Schemas['StatusWord'];
export type StatusCounts = Partial<Schemas['StatusCounts']>;
export type Indicator = Schemas['Indicator'];
export type IndicatorDetail = Schemas['IndicatorDetail'];
export type IndicatorList = Schemas['IndicatorList'];
export type Plan = Schemas['Plan'];

export type KeyFigure = Schemas['KeyFigure'];
export type BoardPlan = Schemas['BoardPlan'];
/** area “” : people or visits whose area is not known */
export type AreaRow = Omit<Schemas['AreaRow'], 'area'> & { area: string };
export type SeriesPoint = Schemas['SeriesSection']['points'][number];
export type Board = Schemas['Board'];
export type BoardSection = Board['sections'][number];

export type Resident = Schemas['Resident'];
export type ResidentDetail = Schemas['ResidentDetail'];
export type TimelineItem = Schemas['TimelineItem'];
export type Timeline = Schemas['Timeline'];
export type ResourceView = Schemas['ResourceDetail'] & {
  /** the resource as delivered and laid out, so that 1.0 stays 1.0; added on receipt */
  resourceText: string;
};

export type Delivery = Schemas['Delivery'];
export type DeliveryState = Schemas['DeliveryState'];
export type Problem = Schemas['Problem'];
export type ProblemDetail = Schemas['ProblemDetail'];
export type Fault = Schemas['Fault'];
export type Correction = Schemas['Correction'];
export type Replay = Schemas['Replay'];
export type Orphan = Schemas['Orphan'];
export type SearchHit = Schemas['SearchResult']['items'][number];

export type Account = Schemas['Account'];
export type AccountPassword = Schemas['AccountPassword'];
export type Rights = Schemas['Rights'];
export type Roles = Schemas['Roles'];
export type AuditPage = Schemas['AuditPage'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditCheck = Schemas['AuditCheck'];
export type Policy = Schemas['Policy'];
export type PolicyRole = Schemas['PolicyRole'];
export type PolicyPreview = Schemas['PolicyPreview'];
export type PolicyField = Schemas['PolicyField'];
export type Shown = PolicyRole['fields'][string];

export type Emergency = Schemas['Emergency'];
export type UnrelatedLook = Schemas['UnrelatedLook'];
export type UnrelatedLooks = Schemas['UnrelatedLooks'];

export interface Page<T> {
  total: number;
  page: number;
  size: number;
  items: T[];
  /** the count stopped at a cap: “at least total” */
  totalIsAtLeast?: boolean;
}
