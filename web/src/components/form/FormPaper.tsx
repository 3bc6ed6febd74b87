import { useMemo, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { Loc, useTexts } from '../../i18n';
import type { FormDefinition, FormItem } from './definition';
import { readForm } from './definition';
import type { Questionnaire, QuestionnaireResponse } from './fhir';
import { isEnabled, itemPath, readResponse, rowsOf, same, valuesOf, type Fill, type Path } from './model';
import { valueText } from './words';
import './form.css';

interface LinesProps {
  items: readonly FormItem[];
  fill: Fill;
  parent: Path;
  scopes: readonly Fill[];
  /** what is not answered stands too, to be filled in by hand */
  blank: boolean;
}

const none: ReadonlySet<string> = new Set();

function Lines({ items, fill, parent, scopes, blank }: LinesProps): ReactNode {
  return items.map((item) => {
    if (!isEnabled(item, scopes, itemPath(parent, item), none)) return null;
    const rows = rowsOf(fill, item);
    if (item.type === 'display') return null;
    if (item.type === 'group') {
      return rows.map((row, at) => (
        <section key={`${item.id} ${at}`} className="paper-group">
          <h4>
            <Loc of={item.text} />
            {item.repeats && <span className="num"> {at + 1}</span>}
          </h4>
          <Lines items={item.items} fill={row.fill} parent={[...parent, [item.id, at]]} scopes={[row.fill, ...scopes]} blank={blank} />
        </section>
      ));
    }
    const values = valuesOf(fill, item);
    if (values.length === 0 && !blank) return null;
    return (
      <div key={item.id} className="paper-line">
        <dt>
          <Loc of={item.text} />
        </dt>
        <dd>
          <Answers item={item} fill={fill} blank={blank} />
          {rows.map((row, at) => (
            <Lines key={at} items={item.items} fill={row.fill} parent={[...parent, [item.id, at]]} scopes={[row.fill, ...scopes]} blank={blank} />
          ))}
        </dd>
      </div>
    );
  });
}

function Answers({ item, fill, blank }: { item: FormItem; fill: Fill; blank: boolean }) {
  const texts = useTexts();
  const values = valuesOf(fill, item);
  if (blank && item.options.length > 0) {
    return (
      <span className="paper-boxes">
        {item.options.map((option, index) => (
          <span key={index}>
            {values.some((value) => same(value, option.value)) ? '☑' : '☐'} <Loc of={option.text} />
          </span>
        ))}
      </span>
    );
  }
  if (values.length === 0) return <span className="paper-blank" />;
  return <Loc of={values.map((value) => valueText(item, value, texts)).join(' · ')} />;
}

/** Answers to be read: what was filled in, in the order of the form. */
export function FormAnswers({ questionnaire, response }: { questionnaire: Questionnaire; response: QuestionnaireResponse }) {
  const form = useMemo(() => readForm(questionnaire), [questionnaire]);
  const fill = useMemo(() => readResponse(form, response), [form, response]);
  return (
    <dl className="paper-lines">
      <Lines items={form.items} fill={fill} parent={[]} scopes={[fill]} blank={false} />
    </dl>
  );
}

interface PaperProps {
  form: FormDefinition;
  fill: Fill;
  title?: ReactNode;
  head?: ReactNode;
  foot?: ReactNode;
}

/** The form on paper with its answers, and room for those that are missing. Only when printed, and then nothing else. */
export function FormPaper({ form, fill, title, head, foot }: PaperProps) {
  return createPortal(
    <div className="paper-root" aria-hidden>
      <h1>{title ?? <Loc of={form.title} />}</h1>
      {head}
      <dl className="paper-lines">
        <Lines items={form.items} fill={fill} parent={[]} scopes={[fill]} blank />
      </dl>
      {foot}
    </div>,
    document.body,
  );
}
