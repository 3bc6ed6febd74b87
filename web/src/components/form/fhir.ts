/** The parts of FHIR R4 Questionnaire and QuestionnaireResponse that forms are made of. */

export interface Extension {
  url: string;
  extension?: Extension[];
  valueString?: string;
  valueCode?: string;
  valueId?: string;
  valueInteger?: number;
  valueDecimal?: number;
  valueDate?: string;
  valueDateTime?: string;
  valueTime?: string;
  valueCoding?: Coding;
  valueCodeableConcept?: { coding?: Coding[] };
  valueExpression?: { language?: string; expression?: string };
  valueBoolean?: boolean;
}

export interface Coding {
  system?: string;
  code?: string;
  display?: string;
  _display?: { extension?: Extension[] };
}

export interface Quantity {
  value?: number;
  unit?: string;
  system?: string;
  code?: string;
}

export interface Attachment {
  contentType?: string;
  title?: string;
  size?: number;
  /** base64 */
  data?: string;
}

export type Value = string | number | boolean | Coding | Quantity | Attachment;
export type Valued = Record<string, unknown>;

export interface QuestionnaireItem {
  linkId: string;
  text?: string;
  _text?: { extension?: Extension[] };
  prefix?: string;
  /** what the question is called elsewhere */
  code?: Coding[];
  type: string;
  required?: boolean;
  repeats?: boolean;
  readOnly?: boolean;
  maxLength?: number;
  extension?: Extension[];
  answerOption?: (Valued & { extension?: Extension[] })[];
  answerValueSet?: string;
  enableWhen?: (Valued & { question: string; operator: string })[];
  enableBehavior?: string;
  initial?: Valued[];
  item?: QuestionnaireItem[];
}

export interface Questionnaire {
  resourceType: 'Questionnaire';
  id?: string;
  url?: string;
  version?: string;
  title?: string;
  _title?: { extension?: Extension[] };
  contained?: (Valued & { resourceType: string; id?: string })[];
  extension?: Extension[];
  item?: QuestionnaireItem[];
}

export interface ResponseAnswer extends Valued {
  item?: ResponseItem[];
}

export interface ResponseItem {
  linkId: string;
  answer?: ResponseAnswer[];
  item?: ResponseItem[];
}

export interface QuestionnaireResponse {
  resourceType: 'QuestionnaireResponse';
  questionnaire?: string;
  status: string;
  authored?: string;
  item?: ResponseItem[];
  [other: string]: unknown;
}

/** A problem of an answer as the hub says it. */
export interface HubIssue {
  linkId?: string;
  path?: string;
  rule?: string;
  severity?: 'error' | 'warning' | 'information';
  message?: string | { zh: string; en: string };
}
