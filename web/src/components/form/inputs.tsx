import { Button, Checkbox, DatePicker, Input, InputNumber, Radio, Select, TimePicker, TreeSelect } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import 'dayjs/locale/zh-cn';
import { Paperclip, X } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useAreas } from '../../api/hooks';
import { formatBytes, formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { areaTree } from '../../state/areas';
import type { FormItem, Option } from './definition';
import type { Attachment, Quantity, Value } from './fhir';
import { same } from './model';
import { unitText } from './words';

export interface InputProps {
  id: string;
  item: FormItem;
  value: Value | undefined;
  wrong: boolean;
  label: string;
  describedBy?: string;
  disabled?: boolean;
  onChange: (value: Value | undefined) => void;
  onLeave: () => void;
}

const few = 7; // choices that stand in sight; more are chosen from a list
const status = (wrong: boolean) => (wrong ? ('error' as const) : ('' as const));

/** What every control says about itself. */
const about = ({ id, label, describedBy, wrong, item }: InputProps) => ({
  id,
  'aria-label': label,
  'aria-describedby': describedBy,
  'aria-invalid': wrong || undefined,
  'aria-required': item.required || undefined,
});

/** One answer of a question. */
export function AnswerInput(props: InputProps) {
  switch (props.item.type) {
    case 'boolean':
      return <YesNo {...props} />;
    case 'integer':
    case 'decimal':
      return <NumberInput {...props} />;
    case 'quantity':
      return <QuantityInput {...props} />;
    case 'date':
      return <DayInput {...props} />;
    case 'dateTime':
      return <MomentInput {...props} />;
    case 'time':
      return <TimeInput {...props} />;
    case 'attachment':
      return <FileInput {...props} />;
    case 'choice':
    case 'open-choice':
      return <ChoiceInput {...props} />;
    default:
      return props.item.control === 'area' ? <AreaInput {...props} /> : <TextInput {...props} />;
  }
}

function TextInput(props: InputProps) {
  const { item, value, wrong, disabled, onChange, onLeave } = props;
  const text = typeof value === 'string' ? value : '';
  const common = {
    ...about(props),
    value: text,
    disabled,
    status: status(wrong),
    onBlur: () => {
      if (text !== text.trim()) onChange(text.trim() || undefined);
      onLeave();
    },
  };
  const set = (next: string) => onChange(next === '' ? undefined : next);
  return item.type === 'text' ? (
    <Input.TextArea
      {...common}
      autoSize={{ minRows: 3, maxRows: 12 }}
      count={item.maxLength ? { show: text.length > item.maxLength * 0.8, max: item.maxLength } : undefined}
      onChange={(event) => set(event.target.value)}
    />
  ) : (
    <Input {...common} inputMode={item.type === 'url' ? 'url' : undefined} onChange={(event) => set(event.target.value)} />
  );
}

/** A place of the district, answered with its code. */
function AreaInput(props: InputProps) {
  const { t, loc } = useTexts();
  const { value, wrong, disabled, onChange, onLeave } = props;
  const areas = useAreas();
  const tree = useMemo(() => areaTree(areas.data?.items ?? [], ({ name }) => loc(name)), [areas.data, loc]);
  return (
    <TreeSelect
      {...about(props)}
      className="form-area"
      allowClear
      showSearch={{ treeNodeFilterProp: 'title' }}
      treeDefaultExpandedKeys={tree.map((root) => root.value)}
      treeData={tree}
      value={typeof value === 'string' ? value : undefined}
      placeholder={t('form.chooseArea')}
      disabled={disabled}
      status={status(wrong)}
      onChange={(code?: string) => {
        onChange(code);
        onLeave();
      }}
    />
  );
}

function NumberInput(props: InputProps) {
  const { item, value, wrong, disabled, onChange, onLeave } = props;
  return (
    <InputNumber
      {...about(props)}
      className="form-number"
      controls={false}
      inputMode={item.type === 'integer' ? 'numeric' : 'decimal'}
      value={typeof value === 'number' ? value : null}
      disabled={disabled}
      status={status(wrong)}
      suffix={unitText(item.units[0]) || undefined}
      onChange={(next) => onChange(typeof next === 'number' ? next : undefined)}
      onBlur={onLeave}
    />
  );
}

function QuantityInput(props: InputProps) {
  const { t } = useTexts();
  const { item, value, wrong, disabled, onChange, onLeave } = props;
  const now = (value ?? {}) as Quantity;
  const unit = item.units.find(({ code }) => code === now.code) ?? item.units[0];
  const set = (number: number | undefined, chosen = unit) =>
    onChange(number === undefined ? undefined : { value: number, unit: unitText(chosen), system: chosen?.system, code: chosen?.code });
  return (
    <span className="form-quantity">
      <InputNumber
        {...about(props)}
        className="form-number"
        controls={false}
        inputMode="decimal"
        value={now.value ?? null}
        disabled={disabled}
        status={status(wrong)}
        suffix={item.units.length === 1 ? unitText(unit) : undefined}
        onChange={(next) => set(typeof next === 'number' ? next : undefined)}
        onBlur={onLeave}
      />
      {item.units.length > 1 && (
        <Select
          aria-label={t('form.unit')}
          value={unit?.code}
          disabled={disabled}
          options={item.units.map((one) => ({ value: one.code, label: unitText(one) }))}
          onChange={(code: string) => set(now.value, item.units.find((one) => one.code === code))}
        />
      )}
    </span>
  );
}

function YesNo(props: InputProps) {
  const { t } = useTexts();
  const { id, label, describedBy, value, disabled, onChange, onLeave } = props;
  return (
    <Radio.Group
      id={id}
      aria-label={label}
      aria-describedby={describedBy}
      value={value}
      disabled={disabled}
      options={[
        { value: true, label: t('form.yes') },
        { value: false, label: t('form.no') },
      ]}
      onChange={(event) => {
        onChange(event.target.value as boolean);
        onLeave();
      }}
    />
  );
}

/** The place of an option in its list stands for it in the controls. */
const indexOf = (options: readonly Option[], value: Value | undefined): number | undefined => {
  const at = value === undefined ? -1 : options.findIndex((one) => same(one.value, value));
  return at < 0 ? undefined : at;
};

function ChoiceInput(props: InputProps) {
  const { t } = useTexts();
  const { id, label, describedBy, item, value, disabled, onChange, onLeave } = props;
  const at = indexOf(item.options, value);
  const free = item.type === 'open-choice';
  const [other, setOther] = useState(free && typeof value === 'string');
  const text = typeof value === 'string' && at === undefined ? value : '';
  const choose = (next: number | 'other' | undefined) => {
    setOther(next === 'other');
    onChange(typeof next === 'number' ? item.options[next]?.value : undefined);
    onLeave();
  };
  const chosen = other ? 'other' : at;
  const options = [...item.options.map((one, index) => ({ value: index as number | 'other', label: <Loc of={one.text} /> })), ...(free ? [{ value: 'other' as const, label: <>{t('form.other')}</> }] : [])];
  return (
    <>
      {options.length <= few && item.control !== 'drop-down' ? (
        <Radio.Group
          id={id}
          aria-label={label}
          aria-describedby={describedBy}
          className="form-choices"
          value={chosen ?? null}
          disabled={disabled}
          options={options}
          onChange={(event) => choose(event.target.value as number | 'other')}
        />
      ) : (
        <Select
          {...about(props)}
          allowClear
          value={chosen}
          disabled={disabled}
          status={status(props.wrong)}
          placeholder={t('form.choose')}
          options={options}
          onChange={choose}
          onBlur={onLeave}
        />
      )}
      {other && (
        <Input
          className="form-other"
          value={text}
          disabled={disabled}
          maxLength={item.maxLength}
          aria-label={t('form.otherText')}
          placeholder={t('form.otherText')}
          onChange={(event) => onChange(event.target.value || undefined)}
          onBlur={onLeave}
        />
      )}
    </>
  );
}

interface SeveralProps extends Omit<InputProps, 'value' | 'onChange'> {
  values: readonly Value[];
  onChange: (values: readonly Value[]) => void;
}

/** Several answers out of a list: boxes in sight, or a list to choose from. */
export function ChoicesInput(props: SeveralProps) {
  const { t, loc } = useTexts();
  const { id, label, describedBy, item, values, disabled, onChange, onLeave } = props;
  const chosen = values.flatMap((value) => indexOf(item.options, value) ?? []);
  const free = values.filter((value): value is string => typeof value === 'string' && indexOf(item.options, value) === undefined);
  const set = (next: readonly number[], texts: readonly string[] = free) => {
    const order = [...next].sort((one, other) => one - other);
    onChange([...order.flatMap((at) => item.options[at]?.value ?? []), ...texts]);
    onLeave();
  };
  if (item.type === 'open-choice' || item.options.length > 12) {
    return (
      <Select
        {...about({ ...props, value: undefined, onChange: () => undefined })}
        mode={item.type === 'open-choice' ? 'tags' : 'multiple'}
        showSearch={{ optionFilterProp: 'label' }}
        value={[...chosen.map(String), ...free]}
        disabled={disabled}
        placeholder={t('form.chooseSeveral')}
        options={item.options.map((one, index) => ({ value: String(index), label: loc(one.text) }))}
        onChange={(next: string[]) => set(next.filter((one) => /^\d+$/.test(one)).map(Number), next.filter((one) => !/^\d+$/.test(one)))}
        onBlur={onLeave}
      />
    );
  }
  return (
    <div id={id} role="group" aria-label={label} aria-describedby={describedBy} className="form-choices">
      {item.options.map((option, index) => (
        <Checkbox
          key={index}
          checked={chosen.includes(index)}
          disabled={disabled}
          onChange={({ target }) => set(target.checked ? [...chosen, index] : chosen.filter((one) => one !== index))}
        >
          <Loc of={option.text} />
        </Checkbox>
      ))}
    </div>
  );
}

const dayFormat = 'YYYY-MM-DD';
const momentFormat = 'YYYY-MM-DD HH:mm';

function useLimits(item: FormItem) {
  const limit = (value: Value | undefined) => (typeof value === 'string' ? dayjs(formatInstant(value)) : undefined);
  return { minDate: limit(item.minValue), maxDate: limit(item.maxValue) };
}

function DayInput(props: InputProps) {
  const { value, wrong, disabled, item, onChange, onLeave } = props;
  const limits = useLimits(item);
  return (
    <DatePicker
      {...about(props)}
      {...limits}
      className="form-date"
      format={dayFormat}
      value={typeof value === 'string' ? dayjs(value) : null}
      disabled={disabled}
      status={status(wrong)}
      onChange={(day: Dayjs | null) => onChange(day ? day.format(dayFormat) : undefined)}
      onBlur={onLeave}
    />
  );
}

/** Shanghai's clock whatever zone the machine is in. */
function MomentInput(props: InputProps) {
  const { t } = useTexts();
  const { value, wrong, disabled, item, onChange, onLeave } = props;
  const limits = useLimits(item);
  const set = (moment: Dayjs | null) => onChange(moment ? `${moment.format('YYYY-MM-DDTHH:mm')}:00+08:00` : undefined);
  return (
    <span className="form-moment">
      <DatePicker
        {...about(props)}
        {...limits}
        className="form-date"
        showTime={{ format: 'HH:mm' }}
        showNow={false}
        format={momentFormat}
        value={typeof value === 'string' ? dayjs(formatInstant(value), momentFormat) : null}
        disabled={disabled}
        status={status(wrong)}
        onChange={set}
        onBlur={onLeave}
      />
      {!disabled && (
        <Button type="link" onClick={() => set(dayjs(formatInstant(new Date().toISOString()), momentFormat))}>
          {t('form.now')}
        </Button>
      )}
    </span>
  );
}

function TimeInput(props: InputProps) {
  const { value, wrong, disabled, onChange, onLeave } = props;
  return (
    <TimePicker
      {...about(props)}
      className="form-date"
      format="HH:mm"
      value={typeof value === 'string' ? dayjs(`2000-01-01T${value}`) : null}
      disabled={disabled}
      status={status(wrong)}
      onChange={(time: Dayjs | null) => onChange(time ? `${time.format('HH:mm')}:00` : undefined)}
      onBlur={onLeave}
    />
  );
}

const mostBytes = 5_000_000; // where the form names no limit: it travels in the answers

function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).replace(/^data:[^,]*,/, ''));
    reader.onerror = () => reject(reader.error as Error);
    reader.readAsDataURL(file);
  });
}

function FileInput(props: InputProps) {
  const { t } = useTexts();
  const { item, value, disabled, onChange, onLeave } = props;
  const input = useRef<HTMLInputElement>(null);
  const [fault, setFault] = useState('');
  const most = item.maxSize ?? mostBytes;
  const file = value as Attachment | undefined;
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    const fits = item.mimeTypes.length === 0 || item.mimeTypes.includes(chosen.type);
    const tooLarge = chosen.size > most;
    setFault(!fits ? t('form.fileType', { types: item.mimeTypes.join(', ') }) : tooLarge ? t('form.fileSize', { size: formatBytes(chosen.size), most: formatBytes(most) }) : '');
    if (fits && !tooLarge) onChange({ contentType: chosen.type, title: chosen.name, size: chosen.size, data: await readBase64(chosen) });
    onLeave();
  };
  return (
    <div className="form-file">
      <input
        {...about(props)}
        ref={input}
        className="visually-hidden"
        type="file"
        tabIndex={-1}
        accept={item.mimeTypes.join(',') || undefined}
        disabled={disabled}
        onChange={(event) => void take(event.target.files?.[0])}
      />
      {file ? (
        <>
          <Data>{file.title}</Data> <span className="secondary num">{formatBytes(file.size)}</span>
          <Button type="text" size="small" disabled={disabled} icon={<X size={14} aria-hidden />} aria-label={t('form.removeFile')} onClick={() => onChange(undefined)} />
        </>
      ) : (
        <Button disabled={disabled} icon={<Paperclip size={14} aria-hidden />} onClick={() => input.current?.click()}>
          {t('form.chooseFile')}
        </Button>
      )}
      <span className="form-help">{t('form.fileMost', { most: formatBytes(most) })}</span>
      {fault && (
        <p className="form-issue" role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
