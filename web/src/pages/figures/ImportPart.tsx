import { Alert, Button, Checkbox, Select } from 'antd';
import { Download, FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { importFigures, templateAddress, type FigureImport } from '../../api/figures';
import { useAreas, usePlans } from '../../api/hooks';
import { Card } from '../../components/Card';
import { Nothing } from '../../components/States';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { useFigureRefresh } from './FigureBulk';

/** A filled-in template: checked first, row by row, then entered. */
export function ImportPart() {
  const { t, loc } = useTexts();
  const { area: shown } = useAddress();
  const areas = useAreas();
  const refresh = useFigureRefresh();
  const input = useRef<HTMLInputElement>(null);
  const { busy, fault, run, forget } = useAct();
  const [file, setFile] = useState<File>();
  const [chosenArea, setArea] = useState<string>();
  const [found, setFound] = useState<FigureImport>();
  const area = chosenArea ?? (shown || areas.data?.items.find(({ level }) => level === 'district')?.code || '');

  const send = async (one: File, check: boolean, into: string) => {
    const answer = await run(() => importFigures(one, into, check));
    if (!answer) return;
    setFound(answer);
    if (!check) {
      setFile(undefined);
      await refresh();
    }
  };
  const choose = (one: File | undefined) => {
    if (!one) return;
    forget();
    setFile(one);
    setFound(undefined);
    void send(one, true, area);
  };
  return (
    <>
      <Template area={area} />
      <Card title={t('import.title')}>
        <p className="secondary">{t('import.help')}</p>
        <div
          className="drop figure-drop"
          onDragOver={(event) => event.preventDefault()}
          onDrop={(event) => {
            event.preventDefault();
            choose(event.dataTransfer.files[0]);
          }}
        >
          <FileUp size={22} strokeWidth={1.5} aria-hidden />
          <span>{t('import.drop')}</span>
          <Button loading={busy} type={file ? 'default' : 'primary'} onClick={() => input.current?.click()}>
            {t('import.file')}
          </Button>
          <input
            ref={input}
            type="file"
            hidden
            aria-label={t('import.file')}
            accept=".csv,.xlsx,.json,.xml,.txt"
            onChange={(event) => {
              choose(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
          <label className="figure-area">
            {t('import.area')}
            <Select
              showSearch
              optionFilterProp="label"
              value={area || undefined}
              aria-label={t('import.area')}
              options={areas.data?.items.filter(({ level }) => level !== 'community').map(({ code, name }) => ({ value: code, label: `${loc(name)} ${code}` }))}
              onChange={(code: string) => {
                setArea(code);
                if (file) void send(file, true, code);
              }}
            />
          </label>
        </div>
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        {found && <Rows found={found} />}
        {found?.checked_only && file && (
          <Button type="primary" loading={busy} disabled={found.counts.added + found.counts.conflict === 0} onClick={() => void send(file, false, area)}>
            {t('import.enter', { n: found.counts.added + found.counts.conflict })}
          </Button>
        )}
      </Card>
    </>
  );
}

function Template({ area }: { area: string }) {
  const { t, loc, language } = useTexts();
  const plans = usePlans();
  const [plan, setPlan] = useState('');
  const [year, setYear] = useState(String(new Date().getFullYear() - 1));
  const [all, setAll] = useState(false);
  const years = Array.from({ length: 8 }, (_, back) => String(new Date().getFullYear() + 1 - back));
  const query = { year, area, plan, all: all ? 'true' : '', lang: language };
  return (
    <Card title={t('import.template')}>
      <div className="filters">
        <Select value={year} aria-label={t('import.templateYear')} options={years.map((one) => ({ value: one, label: one }))} onChange={setYear} />
        <Select
          className="figure-plan"
          value={plan}
          aria-label={t('import.templatePlan')}
          options={[{ value: '', label: t('import.templateAll') }, ...(plans.data?.items ?? []).map(({ id, title }) => ({ value: id, label: loc(title) }))]}
          onChange={setPlan}
        />
        <Checkbox checked={all} onChange={({ target }) => setAll(target.checked)}>
          {t('import.templateWith')}
        </Checkbox>
        <Button icon={<Download size={14} aria-hidden />} href={templateAddress({ ...query, format: 'xlsx' })} download>
          {t('import.xlsx')}
        </Button>
        <Button icon={<Download size={14} aria-hidden />} href={templateAddress({ ...query, format: 'csv' })} download>
          {t('import.csv')}
        </Button>
      </div>
    </Card>
  );
}

function Rows({ found }: { found: FigureImport }) {
  const { t } = useTexts();
  const word = (outcome: FigureImport['rows'][number]['outcome']) =>
    outcome === 'added' && !found.checked_only ? t('outcome.addedDone') : t(`outcome.${outcome}`);
  if (found.rows.length === 0) return <Nothing title={t('import.empty')}>{t('import.emptyText')}</Nothing>;
  return (
    <div role="status">
      <h3>{t(found.checked_only ? 'import.checked' : 'import.entered')}</h3>
      <div className="figure-scroll">
        <table className="simple-table import-table">
          <thead>
            <tr>
              <th scope="col" className="right">{t('import.line')}</th>
              <th scope="col">{t('indicators.col.name')}</th>
              <th scope="col">{t('figures.year')}</th>
              <th scope="col" className="right">{t('figures.value')}</th>
              <th scope="col">{t('import.outcome')}</th>
              <th scope="col">{t('import.rule')}</th>
            </tr>
          </thead>
          <tbody>
            {found.rows.map((row) => (
              <tr key={row.line} className={row.rule ? 'import-bad' : undefined}>
                <td className="right num">{row.line}</td>
                <th scope="row"><Loc of={row.name} /></th>
                <td className="num">{row.period || noValue}</td>
                <td className="right num"><Data>{row.value || noValue}</Data></td>
                <td>{word(row.outcome)}</td>
                <td>
                  <Loc of={row.message} /> {row.rule && <code>{row.rule}</code>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
