import type { Localized } from '../../api/types';
import type { Coding, Extension, Questionnaire, QuestionnaireItem, Value, Valued } from './fhir';

export const itemTypes = [
  'group', 'display', 'boolean', 'decimal', 'integer', 'date', 'dateTime', 'time', 'string', 'text', 'url',
  'choice', 'open-choice', 'attachment', 'reference', 'quantity',
] as const;
export type ItemType = (typeof itemTypes)[number];

export interface Option {
  /** as it stands in an answer */
  value: Value;
  /** "valueCoding" */
  name: string;
  text: Localized;
}

export interface EnableWhen {
  question: string;
  operator: string;
  answer: Value;
}

export interface Constraint {
  key: string;
  human: string;
  text: Localized;
  severity: 'error' | 'warning';
}

/** An item of a form, read once from the Questionnaire. */
export interface FormItem {
  id: string;
  type: ItemType;
  text: Localized;
  prefix: string;
  /** how it is to be entered, where the form says so: "area", "drop-down" */
  control: string;
  help: Localized | null;
  required: boolean;
  repeats: boolean;
  readOnly: boolean;
  calculated: boolean;
  minLength?: number;
  maxLength?: number;
  minOccurs?: number;
  maxOccurs?: number;
  minValue?: Value;
  maxValue?: Value;
  decimals?: number;
  /** bytes */
  maxSize?: number;
  mimeTypes: string[];
  regex?: string;
  units: Coding[];
  options: Option[];
  enableWhen: EnableWhen[];
  enableAll: boolean;
  /** decided by the hub alone */
  enableExpression: boolean;
  initial: Value[];
  constraints: Constraint[];
  items: FormItem[];
}

export interface FormDefinition {
  /** canonical address with version, as a response names it */
  canonical: string;
  title: Localized;
  items: FormItem[];
  constraints: Constraint[];
  source: Questionnaire;
}

const standard = 'http://hl7.org/fhir/StructureDefinition/';
const sdc = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/';

const find = (holder: { extension?: Extension[] } | undefined, name: string): Extension | undefined =>
  holder?.extension?.find(({ url }) => url === `${standard}${name}` || url === `${sdc}${name}`);

/** The FHIR text with its English translation from the extension beside it. */
export function bilingual(text: string | undefined, beside: { extension?: Extension[] } | undefined): Localized {
  const zh = text ?? '';
  const translation = beside?.extension?.find(
    (one) => one.url === `${standard}translation` && one.extension?.some(({ url, valueCode }) => url === 'lang' && valueCode?.startsWith('en')),
  );
  return { zh, en: translation?.extension?.find(({ url }) => url === 'content')?.valueString ?? '' };
}

const hasChinese = (text: string) => /[\u2e80-\u9fff]/.test(text);

/** Words of a constraint, whose two languages may stand in one text: "… · …", the last one English. */
export function splitWords(human: string): Localized {
  const at = human.lastIndexOf(' · ');
  const english = at < 0 ? '' : human.slice(at + 3);
  return english && !hasChinese(english) ? { zh: human.slice(0, at), en: english } : { zh: human, en: '' };
}

/** The one value[x] of an answer, an option or an extension, with its name; undefined where there is none. */
export function valueIn(holder: Valued, prefix = 'value'): { name: string; value: Value } | undefined {
  const name = Object.keys(holder).find((key) => key.startsWith(prefix) && key.length > prefix.length && /[A-Z]/.test(key.charAt(prefix.length)));
  return name === undefined ? undefined : { name: `value${name.slice(prefix.length)}`, value: holder[name] as Value };
}

function constraintsOf(holder: { extension?: Extension[] }): Constraint[] {
  return (holder.extension ?? [])
    .filter(({ url }) => url === `${standard}questionnaire-constraint`)
    .map(({ extension = [] }) => {
      const part = (name: string) => extension.find(({ url }) => url === name);
      const human = part('human')?.valueString ?? '';
      return {
        key: part('key')?.valueId ?? '',
        human,
        text: splitWords(human),
        severity: part('severity')?.valueCode === 'warning' ? ('warning' as const) : ('error' as const),
      };
    });
}

function optionOf(holder: Valued): Option | undefined {
  const found = valueIn(holder);
  if (!found) return undefined;
  const { name, value } = found;
  if (name !== 'valueCoding') return { name, value, text: { zh: String(value), en: String(value) } };
  const { _display, ...coding } = value as Coding;
  const text = bilingual(coding.display ?? coding.code, _display);
  return { name, value: coding, text };
}

/** Codes of a contained value set: what was expanded, and what it lists. */
function valueSetOptions(form: Questionnaire, address: string): Option[] {
  const set = form.contained?.find(({ id }) => `#${id}` === address) as
    | {
        expansion?: { contains?: Coding[] };
        compose?: { include?: { system?: string; concept?: (Coding & { designation?: { language?: string; value: string }[] })[] }[] };
      }
    | undefined;
  if (!set) return [];
  const expanded = set.expansion?.contains ?? [];
  const listed = (set.compose?.include ?? []).flatMap(({ system, concept = [] }) =>
    concept.map(({ designation, ...one }) => {
      const english = designation?.find(({ language }) => language?.startsWith('en'))?.value;
      const beside = one._display ?? (english ? { extension: [translated(english)] } : undefined);
      return { ...one, system, _display: beside };
    }),
  );
  return (expanded.length > 0 ? expanded : listed).flatMap((coding) => optionOf({ valueCoding: coding }) ?? []);
}

const translated = (english: string): Extension => ({
  url: `${standard}translation`,
  extension: [{ url: 'lang', valueCode: 'en' }, { url: 'content', valueString: english }],
});

const isHelp = (item: QuestionnaireItem): boolean => {
  if (item.type !== 'display') return false;
  const codes = [find(item, 'questionnaire-itemControl'), find(item, 'questionnaire-displayCategory')];
  return codes.some((one) => one?.valueCodeableConcept?.coding?.some(({ code }) => code === 'help' || code === 'instructions'));
};

function unitsOf(item: QuestionnaireItem): Coding[] {
  return (item.extension ?? [])
    .filter(({ url }) => url === `${standard}questionnaire-unit` || url === `${standard}questionnaire-unitOption`)
    .flatMap(({ valueCoding }) => valueCoding ?? []);
}

function limitOf(item: QuestionnaireItem, name: string): Value | undefined {
  const extension = find(item, name);
  return extension && valueIn(extension as unknown as Valued)?.value;
}

function readItem(form: Questionnaire, item: QuestionnaireItem): FormItem {
  const children = item.item ?? [];
  const help = children.find(isHelp);
  const number = (name: string) => find(item, name)?.valueInteger;
  const megabytes = find(item, 'maxSize')?.valueDecimal;
  const options = (item.answerOption ?? []).flatMap((one) => optionOf(one) ?? []);
  return {
    id: item.linkId,
    type: itemTypes.find((type) => type === item.type) ?? 'string',
    text: bilingual(item.text, item._text),
    prefix: item.prefix ?? '',
    control: find(item, 'questionnaire-itemControl')?.valueCodeableConcept?.coding?.[0]?.code ?? '',
    help: help ? bilingual(help.text, help._text) : null,
    required: item.required === true,
    repeats: item.repeats === true,
    readOnly: item.readOnly === true,
    calculated: find(item, 'sdc-questionnaire-calculatedExpression') !== undefined,
    minLength: number('minLength'),
    maxLength: item.maxLength,
    minOccurs: number('questionnaire-minOccurs'),
    maxOccurs: number('questionnaire-maxOccurs'),
    minValue: limitOf(item, 'minValue'),
    maxValue: limitOf(item, 'maxValue'),
    decimals: number('maxDecimalPlaces'),
    maxSize: megabytes === undefined ? undefined : megabytes * 1_000_000,
    mimeTypes: (item.extension ?? []).filter(({ url }) => url === `${standard}mimeType`).flatMap(({ valueCode }) => valueCode ?? []),
    regex: find(item, 'regex')?.valueString,
    units: unitsOf(item),
    options: options.length > 0 ? options : item.answerValueSet ? valueSetOptions(form, item.answerValueSet) : [],
    enableWhen: (item.enableWhen ?? []).map((one) => ({
      question: one.question,
      operator: one.operator,
      answer: valueIn(one, 'answer')?.value ?? '',
    })),
    enableAll: item.enableBehavior !== 'any',
    enableExpression: find(item, 'sdc-questionnaire-enableWhenExpression') !== undefined,
    initial: (item.initial ?? []).flatMap((one) => valueIn(one)?.value ?? []),
    constraints: constraintsOf(item),
    items: children.filter((child) => child !== help).map((child) => readItem(form, child)),
  };
}

export function readForm(form: Questionnaire): FormDefinition {
  return {
    canonical: form.version && form.url ? `${form.url}|${form.version}` : (form.url ?? ''),
    title: bilingual(form.title, form._title),
    items: (form.item ?? []).map((item) => readItem(form, item)),
    constraints: constraintsOf(form),
    source: form,
  };
}

/** All items of a form, from the top down. */
export function allItems(items: readonly FormItem[]): FormItem[] {
  return items.flatMap((item) => [item, ...allItems(item.items)]);
}
