import { Input, Select } from 'antd';
import { useId } from 'react';
import type { CardField, CardForm } from '../../api/cards';
import { useAreas } from '../../api/hooks';
import { useTexts } from '../../i18n';
import { localOf, timeOf, type Values } from './fields';

interface Props {
  form: CardForm;
  values: Values;
  /** marked as missing */
  lacking: readonly string[];
  /** where a value comes from, beside its name */
  sources?: Record<string, string>;
  onChange: (values: Values) => void;
}

/** The fields of the card as they stand on the form of 2019. */
export function FieldInputs({ form, values, lacking, sources = {}, onChange }: Props) {
  return (
    <div className="card-fields">
      {form.fields.map((field) => (
        <One key={field.name} field={field} value={values[field.name] ?? ''} missing={lacking.includes(field.name)} source={sources[field.name] ?? ''} set={(value) => onChange({ ...values, [field.name]: value })} />
      ))}
    </div>
  );
}

interface OneProps {
  field: CardField;
  value: string;
  missing: boolean;
  source: string;
  set: (value: string) => void;
}

function One({ field, value, missing, source, set }: OneProps) {
  const { t, loc } = useTexts();
  const areas = useAreas();
  const id = useId();
  const status = missing ? 'error' : '';
  const common = { id, status, 'aria-describedby': `${id}-help` } as const;
  const codes = field.options.map(({ code, name }) => ({ value: code, label: loc(name) }));
  const places = (areas.data?.items ?? []).filter(({ code }) => code.length >= 9).map(({ code, name }) => ({ value: code, label: `${loc(name)} ${code}` }));
  if (field.kind === 'area' && value && !places.some((one) => one.value === value)) places.unshift({ value, label: value });
  return (
    <div className="card-field">
      <label htmlFor={id}>
        {loc(field.title)} {field.required && <span className="text-missed" aria-hidden>*</span>}
      </label>
      {field.kind === 'code' || field.kind === 'area' ? (
        <Select {...common} allowClear showSearch={{ optionFilterProp: 'label' }} value={value || undefined} options={field.kind === 'code' ? codes : places} onChange={(next?: string) => set(next ?? '')} />
      ) : field.kind === 'time' ? (
        <Input {...common} type="datetime-local" value={localOf(value)} onChange={({ target }) => set(timeOf(target.value))} />
      ) : (
        <Input {...common} type={field.kind === 'date' ? 'date' : 'text'} maxLength={200} value={value} onChange={({ target }) => set(target.value)} />
      )}
      <span id={`${id}-help`} className={missing ? 'form-help text-missed' : 'form-help'}>
        {missing ? t('cardsPage.fieldMissing') : source}
      </span>
    </div>
  );
}
