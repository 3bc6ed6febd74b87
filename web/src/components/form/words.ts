import type { Localized } from '../../api/types';
import { formatBytes, formatInstant, formatNumber } from '../../format/format';
import type { Issue } from './check';
import type { FormItem } from './definition';
import type { Attachment, Coding, Quantity, Value } from './fhir';
import { same } from './model';
import type { Texts } from '../../i18n';

export function unitText(unit: Coding | undefined): string {
  return unit?.display ?? unit?.code ?? '';
}

/** An answer in words. */
export function valueText(item: FormItem, value: Value, { t, loc }: Pick<Texts, 't' | 'loc'>): string {
  const option = item.options.find((one) => same(one.value, value));
  if (option) return loc(option.text);
  if (typeof value === 'boolean') return t(value ? 'form.yes' : 'form.no');
  if (typeof value === 'number') {
    const unit = unitText(item.units[0]);
    return unit ? `${formatNumber(value, 6)} ${unit}` : formatNumber(value, 6);
  }
  if (typeof value === 'string') return item.type === 'dateTime' ? formatInstant(value) : value;
  if (item.type === 'quantity') return `${formatNumber((value as Quantity).value, 6)} ${(value as Quantity).unit ?? (value as Quantity).code ?? ''}`.trim();
  if (item.type === 'attachment') return `${(value as Attachment).title ?? ''} (${formatBytes((value as Attachment).size)})`;
  return (value as Coding).display ?? (value as Coding).code ?? '';
}

export function issueText(issue: Issue, { t }: Pick<Texts, 't'>): string | Localized {
  if (issue.rule === 'said') return issue.text ?? '';
  return t(`form.issue.${issue.rule}`, { limit: issue.limit ?? '' });
}
