import { Button } from 'antd';
import { Download, Printer } from 'lucide-react';
import { useState } from 'react';
import type { Flow, Instance, LogEntry } from '../../api/flows';
import { Card } from '../../components/Card';
import { allItems, readForm } from '../../components/form/definition';
import type { Questionnaire } from '../../components/form/fhir';
import { FormAnswers, FormPaper } from '../../components/form/FormPaper';
import { readResponse, valuesOf } from '../../components/form/model';
import { valueText } from '../../components/form/words';
import { saveText } from '../../components/save';
import { Nothing } from '../../components/States';
import { writeCsv } from '../../format/csv';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { nationalFields, nationalReport } from './national';
import { useForms } from '../tasks/useCodeTexts';

/** Forms of a flow that are reports begin so. */
const reportForm = /^report-/;

/** Initial, progress and closing reports: to be read, printed and handed to the national event system. */
export function Reports({ event, flow }: { event: Instance; flow: Flow | undefined }) {
  const { t } = useTexts();
  const forms = useForms(flow, event.id);
  const [printing, setPrinting] = useState(0);
  const reports = [...event.log].reverse().filter((entry) => entry.form && reportForm.test(entry.form) && entry.response);
  if (reports.length === 0) {
    return (
      <Card>
        <Nothing title={t('report.none')}>{t('report.noneText')}</Nothing>
      </Card>
    );
  }
  const print = (number: number) => {
    setPrinting(number);
    window.setTimeout(() => window.print(), 50); // the paper is drawn first
  };
  return (
    <>
      {reports.map((entry) => {
        const form = forms.get(entry.form ?? '');
        return form ? <One key={entry.number} event={event} entry={entry} form={form} onPaper={printing === entry.number} onPrint={() => print(entry.number)} /> : null;
      })}
    </>
  );
}

interface OneProps {
  event: Instance;
  entry: LogEntry;
  form: Questionnaire;
  onPaper: boolean;
  onPrint: () => void;
}

function One({ event, entry, form, onPaper, onPrint }: OneProps) {
  const texts = useTexts();
  const { t, loc } = texts;
  if (!entry.response) return null;
  const definition = readForm(form);
  const fill = readResponse(definition, entry.response);
  const name = `${loc(definition.title)}-${formatInstant(entry.at).replace(/\D/g, '')}`;
  const fields = nationalFields(form);
  const saveNational = () => {
    const report = nationalReport(event, entry, form, definition, fill, (item, value) => valueText(item, value, texts));
    saveText(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, 'application/json');
  };
  const save = () => {
    const rows = allItems(definition.items)
      .filter(({ type }) => type !== 'group' && type !== 'display')
      .map((item) => [item.id, fields.get(item.id) ?? '', loc(item.text), valuesOf(fill, item).map((value) => valueText(item, value, texts)).join('; ')]);
    saveText(`${name}.csv`, writeCsv([t('report.code'), t('report.national'), t('report.field'), t('report.content')], [['event', '', t('report.event'), event.id], ...rows]), 'text/csv;charset=utf-8');
  };
  return (
    <Card
      title={<Loc of={definition.title} />}
      note={
        <>
          <Data>{entry.user_name || entry.user}</Data> <span className="num">{formatInstant(entry.at)}</span>
        </>
      }
      extra={
        <>
          <Button size="small" icon={<Download size={14} aria-hidden />} onClick={save}>
            {t('table.csv')}
          </Button>
          {fields.size > 0 && (
            <Button size="small" icon={<Download size={14} aria-hidden />} title={t('report.nationalHelp')} onClick={saveNational}>
              {t('report.nationalJson')}
            </Button>
          )}
          <Button size="small" icon={<Printer size={14} aria-hidden />} onClick={onPrint}>
            {t('form.print')}
          </Button>
        </>
      }
      className="report-card"
    >
      {onPaper && (
        <FormPaper
          form={definition}
          fill={fill}
          head={<p className="paper-head">{t('report.paperHead', { id: event.id, time: formatInstant(entry.at) })}</p>}
          foot={<p className="paper-foot">{t('report.paperFoot')}</p>}
        />
      )}
      <FormAnswers questionnaire={form} response={entry.response} />
    </Card>
  );
}
