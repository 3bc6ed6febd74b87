import { Alert, Button } from 'antd';
import { Plus, Trash2, TriangleAlert } from 'lucide-react';
import { createContext, useContext } from 'react';
import { formatInstant, noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import type { FormItem } from './definition';
import type { Issue } from './check';
import { AnswerInput, ChoicesInput } from './inputs';
import { addRow, isEnabled, itemPath, removeRow, rowsOf, setValueAt, setValues, valuesOf, type Fill, type Path } from './model';
import { fieldId, type FormState } from './useForm';
import { issueText, valueText } from './words';
import './form.css';

const FormContext = createContext<FormState | null>(null);

function useFormState(): FormState {
  const state = useContext(FormContext);
  if (!state) throw new Error('a form item outside a form');
  return state;
}

/** A FHIR Questionnaire to be filled in: one column, labels above, the reason beside a refused value. */
export function FormView({ state, label }: { state: FormState; label?: string }) {
  const { t, loc } = useTexts();
  return (
    <FormContext.Provider value={state}>
      <div className="form" role="group" aria-label={label ?? loc(state.form.title)}>
        {state.restored > 0 && (
          <Alert
            type="info"
            showIcon
            className="form-restored"
            title={t('form.restored', { time: formatInstant(new Date(state.restored).toISOString()) })}
            action={
              <Button size="small" type="link" onClick={state.startOver}>
                {t('form.startOver')}
              </Button>
            }
          />
        )}
        <Faults />
        <Items items={state.form.items} fill={state.fill} parent={[]} scopes={[state.fill]} />
        <p className="form-help form-kept" role="status">
          {state.keptAt > 0 ? t('form.keptAt', { time: formatInstant(new Date(state.keptAt).toISOString(), true) }) : t('form.keeps')}
        </p>
      </div>
    </FormContext.Provider>
  );
}

/** What is wrong with the whole form, not with one of its items. */
function Faults() {
  const state = useFormState();
  const texts = useTexts();
  const faults = state.shown('');
  if (faults.length === 0) return null;
  return (
    <div id={`${state.id}-faults`} tabIndex={-1} role="alert" className="form-faults">
      {faults.map((one, index) => (
        <p key={index} className={one.severity === 'error' ? 'form-issue' : 'form-warning'}>
          <TriangleAlert size={14} aria-hidden /> <Loc of={issueText(one, texts)} />
        </p>
      ))}
    </div>
  );
}

interface ItemsProps {
  items: readonly FormItem[];
  fill: Fill;
  parent: Path;
  scopes: readonly Fill[];
}

function Items({ items, fill, parent, scopes }: ItemsProps) {
  const { disabled } = useFormState();
  return (
    <>
      {items.map((item) => {
        const path = itemPath(parent, item);
        if (!isEnabled(item, scopes, path, disabled)) return null;
        const props = { item, fill, parent, scopes, path };
        if (item.type === 'group') return <Group key={item.id} {...props} />;
        if (item.type === 'display') {
          return (
            <p key={item.id} className="form-display">
              <Loc of={item.text} />
            </p>
          );
        }
        return <Question key={item.id} {...props} />;
      })}
    </>
  );
}

interface ItemProps {
  item: FormItem;
  fill: Fill;
  parent: Path;
  scopes: readonly Fill[];
  path: string;
}

function Group({ item, fill, parent, scopes, path }: ItemProps) {
  const { t, loc } = useTexts();
  const state = useFormState();
  const rows = rowsOf(fill, item);
  const full = item.maxOccurs !== undefined && rows.length >= item.maxOccurs;
  const id = fieldId(state.id, path);
  return (
    <fieldset className="form-group" id={id} aria-describedby={`${id}-about`}>
      <legend>
        <Label item={item} />
      </legend>
      <About item={item} id={id} path={path} />
      {rows.map((row, at) => {
        const name = t('form.rowOf', { name: loc(item.text), n: at + 1 });
        const inner = <Items items={item.items} fill={row.fill} parent={[...parent, [item.id, at]]} scopes={[row.fill, ...scopes]} />;
        if (!item.repeats) return <div key={at}>{inner}</div>;
        return (
          <div key={at} className="form-row" role="group" aria-label={name}>
            <div className="form-row-head">
              <b className="num">{at + 1}</b>
              <Button
                type="text"
                size="small"
                icon={<Trash2 size={14} aria-hidden />}
                aria-label={t('form.removeRow', { name })}
                onClick={() => state.change(path, (now) => removeRow(now, parent, item, at))}
              />
            </div>
            {inner}
          </div>
        );
      })}
      {item.repeats && (
        <Button type="dashed" icon={<Plus size={14} aria-hidden />} disabled={full || item.readOnly} onClick={() => state.change(path, (now) => addRow(now, parent, item))}>
          {t('form.addRow', { name: loc(item.text) })}
        </Button>
      )}
    </fieldset>
  );
}

function Label({ item }: { item: FormItem }) {
  const { t } = useTexts();
  return (
    <>
      {item.prefix && <span className="form-prefix">{item.prefix} </span>}
      <Loc of={item.text} />
      {item.required && !item.calculated && (
        <span className="form-required" title={t('form.required')}>
          <span aria-hidden> *</span>
          <span className="visually-hidden"> {t('form.required')}</span>
        </span>
      )}
      {item.calculated && <span className="tag">{t('form.calculated')}</span>}
    </>
  );
}

/** Help and what is wrong, read together with the control. */
function About({ item, id, path }: { item: FormItem; id: string; path: string }) {
  const state = useFormState();
  const texts = useTexts();
  const issues = state.shown(path);
  if (!item.help && issues.length === 0) return null;
  return (
    <div id={`${id}-about`} aria-live="polite">
      {issues.map((one, index) => (
        <IssueLine key={index} issue={one} texts={texts} />
      ))}
      {item.help && (
        <p className="form-help">
          <Loc of={item.help} />
        </p>
      )}
    </div>
  );
}

function IssueLine({ issue, texts }: { issue: Issue; texts: ReturnType<typeof useTexts> }) {
  return (
    <p className={issue.severity === 'error' ? 'form-issue' : 'form-warning'}>
      <TriangleAlert size={14} aria-hidden /> <Loc of={issueText(issue, texts)} />
    </p>
  );
}

function Question(props: ItemProps) {
  const { item, fill, parent, scopes, path } = props;
  const state = useFormState();
  const { loc } = useTexts();
  const id = fieldId(state.id, path);
  const wrong = state.shown(path).some(({ severity }) => severity === 'error');
  const several = item.repeats && (item.type === 'choice' || item.type === 'open-choice');
  const common = {
    item, wrong, id,
    label: loc(item.text),
    describedBy: item.help || state.shown(path).length > 0 ? `${id}-about` : undefined,
    disabled: item.readOnly,
    onLeave: () => state.left(path),
  };
  const rows = fill[item.id] ?? [];
  const nested = item.items.length > 0 && rows.map((row, at) =>
    row.value === undefined ? null : (
      <div key={at} className="form-below">
        <Items items={item.items} fill={row.fill} parent={[...parent, [item.id, at]]} scopes={[row.fill, ...scopes]} />
      </div>
    ),
  );
  return (
    <div className={`form-item${wrong ? ' form-wrong' : ''}`} data-item={path}>
      <div className="form-label" id={`${id}-label`}>
        <Label item={item} />
      </div>
      {item.calculated ? (
        <Computed item={item} fill={fill} id={id} />
      ) : several ? (
        <ChoicesInput {...common} values={valuesOf(fill, item)} onChange={(values) => state.change(path, (now) => setValues(now, parent, item, values))} />
      ) : item.repeats ? (
        <Answers {...props} common={common} />
      ) : (
        <AnswerInput
          {...common}
          value={rows[0]?.value}
          onChange={(value) => state.change(path, (now) => setValues(now, parent, item, value === undefined ? [] : [value]))}
        />
      )}
      <About item={item} id={id} path={path} />
      {nested}
    </div>
  );
}

function Computed({ item, fill, id }: { item: FormItem; fill: Fill; id: string }) {
  const texts = useTexts();
  const values = valuesOf(fill, item);
  return (
    <output id={id} className="form-computed num" aria-label={texts.loc(item.text)}>
      {values.length > 0 ? values.map((value) => valueText(item, value, texts)).join(' · ') : noValue}
    </output>
  );
}

type Common = Omit<React.ComponentProps<typeof AnswerInput>, 'value' | 'onChange'>;

/** Several answers that are typed: one line each. */
function Answers({ item, fill, parent, path, common }: ItemProps & { common: Common }) {
  const { t, loc } = useTexts();
  const state = useFormState();
  const rows = fill[item.id] ?? [];
  const lines = rows.length === 0 ? 1 : rows.length;
  const full = item.maxOccurs !== undefined && lines >= item.maxOccurs;
  return (
    <div className="form-answers">
      {Array.from({ length: lines }, (_, at) => (
        <div key={at} className="form-answer">
          <AnswerInput
            {...common}
            id={at === 0 ? common.id : `${common.id}-${at}`}
            label={lines > 1 ? t('form.rowOf', { name: common.label, n: at + 1 }) : common.label}
            value={rows[at]?.value}
            onChange={(value) => state.change(path, (now) => setValueAt(now, parent, item, at, value))}
          />
          {lines > 1 && (
            <Button
              type="text"
              icon={<Trash2 size={14} aria-hidden />}
              aria-label={t('form.removeRow', { name: t('form.rowOf', { name: common.label, n: at + 1 }) })}
              onClick={() => state.change(path, (now) => removeRow(now, parent, item, at))}
            />
          )}
        </div>
      ))}
      <Button type="dashed" size="small" icon={<Plus size={14} aria-hidden />} disabled={full || rows.length === 0} onClick={() => state.change(path, (now) => setValueAt(now, parent, item, lines, undefined))}>
        {t('form.addRow', { name: loc(item.text) })}
      </Button>
    </div>
  );
}
