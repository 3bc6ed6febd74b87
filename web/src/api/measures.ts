/** Computed indicators as the hub gives them: names for the schemas of the API description. */
import type { components } from './openapi';

type Schemas = components['schemas'];

export type TrendPoint = Schemas['MeasurePoint'];
/** A number with its interval; null where there is none, with the reason beside it. */
export type Measured = Pick<TrendPoint, 'value' | 'lower' | 'upper'>;
export type MeasureTarget = Schemas['MeasureTarget'];
export type Measure = Schemas['Measure'];
export type MeasureList = Schemas['MeasureList'];
export type MeasureDetail = Schemas['MeasureDetail'];
export type MeasureDerivation = Schemas['MeasureDerivation'];
export type MeasurePart = Schemas['MeasurePart'];
export type MeasureCells = Schemas['MeasureCells'];
export type MeasureCell = Schemas['MeasureCell'];
export type Breakdown = MeasureCells['by'];
/** A resident behind a number; `note` says what is missing or when it was done. */
export type MeasureResident = Schemas['MeasureResident'];
export type MeasureResidents = Schemas['MeasureResidents'];
