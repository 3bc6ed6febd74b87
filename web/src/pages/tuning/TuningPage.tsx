import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Input, InputNumber, Progress, Segmented, Select, Table } from 'antd';
import { useId, useMemo, useState } from 'react';
import { post, upload } from '../../api/client';
import { useTuning, useTuningRows, type Tuning, type TuningPoint, type TuningRun } from '../../api/tuning';
import { curveColour, tuningOption } from '../../charts/tuning';
import { Card } from '../../components/Card';
import { ChartCard, PlainTable } from '../../components/ChartCard';
import { DaySpan } from '../../components/DaySpan';
import { Answer, Nothing } from '../../components/States';
import { InternalMark, Watermark } from '../../components/Watermark';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { useTokens } from '../../theme/useTokens';
import { curvesOf, rowsOf, withAtMost } from './rows';
import './tuning.css';

const percent = (x: number, n: number) => (n === 0 ? noValue : `${formatNumber((x / n) * 100, 0)} %`);

/** Early warning tried on the own history: runs, curves, what a workload costs, decisions. */
export function Component() {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const [running, setRunning] = useState(false);
  const tuning = useTuning(running);
  const runs = tuning.data?.runs ?? [];
  const goes = runs.some(({ state }) => state === 'running');
  if (goes !== running) setRunning(goes);
  const chosen = runs.find(({ id }) => id === value('run')) ?? runs.find(({ state }) => state === 'done') ?? runs[0];
  return (
    <div className="page">
      <Watermark />
      <div className="page-head">
        <div>
          <h1>
            {t('nav.tuning')} <InternalMark />
          </h1>
          <p className="page-sub">{t('tuning.question')}</p>
        </div>
      </div>
      <Answer of={tuning} rows={10}>
        {(data) => (
          <div className="tuning">
            <div className="tuning-side">
              <Start tuning={data} busy={goes} />
              <Runs runs={data.runs} chosen={chosen?.id ?? ''} choose={(run) => change({ run })} />
              <Decisions tuning={data} />
            </div>
            <div className="tuning-main">{chosen ? <One key={chosen.id} run={chosen} now={data.false_discoveries} /> : <Card><Nothing title={t('tuning.none')}>{t('tuning.noneText')}</Nothing></Card>}</div>
          </div>
        )}
      </Answer>
    </div>
  );
}
Component.displayName = 'TuningPage';

function useRefresh() {
  const client = useQueryClient();
  return (after: Tuning) => client.setQueryData(['/api/tuning', {}], after);
}

function Start({ tuning, busy: goes }: { tuning: Tuning; busy: boolean }) {
  const { t } = useTexts();
  const allowed = may(useSession(), 'signal-workload:write');
  const { busy, fault, run } = useAct();
  const refresh = useRefresh();
  const year = Number(tuning.today.slice(0, 4));
  const [from, setFrom] = useState(`${year}-01-01`);
  const [to, setTo] = useState(tuning.today);
  const [injections, setInjections] = useState(4);
  const [most, setMost] = useState(2);
  const id = useId();
  const send = async () => {
    const after = await run(() => post<Tuning>('/api/tuning', { from, to, injections, most_false_a_week: most }));
    if (after) refresh(after);
  };
  const give = async (file: File | undefined) => {
    if (!file) return;
    const after = await run(() => upload<Tuning>('/api/tuning/outbreaks', file, () => undefined).done);
    if (after) refresh(after);
  };
  return (
    <Card title={t('tuning.start')}>
      <form
        className="panel-form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <label htmlFor={`${id}-from`}>{t('tuning.history')}</label>
        <DaySpan id={`${id}-from`} from={from} to={to} onFrom={setFrom} onTo={setTo} />
        <label htmlFor={`${id}-injections`}>{t('tuning.injections')}</label>
        <InputNumber id={`${id}-injections`} min={1} max={100} precision={0} value={injections} onChange={(value) => setInjections(value ?? 4)} />
        <label htmlFor={`${id}-most`}>{t('tuning.most')}</label>
        <InputNumber id={`${id}-most`} min={0.1} max={100} value={most} onChange={(value) => setMost(value ?? 2)} />
        <label htmlFor={`${id}-known`}>{t('tuning.known', { n: tuning.known })}</label>
        <input id={`${id}-known`} type="file" accept=".csv,text/csv" disabled={!allowed} onChange={({ target }) => void give(target.files?.[0])} />
        <p className="form-help">{t('tuning.knownHelp')}</p>
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        <div className="panel-acts">
          <Button type="primary" htmlType="submit" loading={busy} disabled={!allowed || goes}>
            {t('tuning.act')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Runs({ runs, chosen, choose }: { runs: TuningRun[]; chosen: string; choose: (id: string) => void }) {
  const { t } = useTexts();
  const allowed = may(useSession(), 'signal-workload:write');
  const { busy, fault, run } = useAct();
  const refresh = useRefresh();
  const cancel = async (id: string) => {
    const after = await run(() => post<Tuning>(`/api/tuning/${encodeURIComponent(id)}/cancel`));
    if (after) refresh(after);
  };
  if (runs.length === 0) return null;
  return (
    <Card title={t('tuning.runs')}>
      <ul className="tuning-runs">
        {runs.map((one) => (
          <li key={one.id}>
            <button type="button" className={one.id === chosen ? 'tuning-run tuning-chosen' : 'tuning-run'} aria-pressed={one.id === chosen} onClick={() => choose(one.id)}>
              <b className="num">{one.state === 'damaged' ? one.id : `${one.from} – ${one.to}`}</b> <span>{t(`tuning.state.${one.state}`)}</span>
              <span className="secondary num">{formatInstant(one.at)} <Data>{one.by}</Data></span>
            </button>
            {one.state === 'running' && (
              <span className="tuning-going">
                <Progress percent={Math.round(one.progress * 100)} size="small" aria-label={t('tuning.progress')} />
                <Button size="small" loading={busy} disabled={!allowed} onClick={() => void cancel(one.id)}>
                  {t('verify.cancel')}
                </Button>
              </span>
            )}
            {one.error && <span className="text-missed" lang="en">{one.error}</span>}
          </li>
        ))}
      </ul>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </Card>
  );
}

function Decisions({ tuning }: { tuning: Tuning }) {
  const { t } = useTexts();
  return (
    <Card title={t('tuning.decisions')} note={t('tuning.holds', { share: tuning.false_discoveries })}>
      {tuning.decisions.length === 0 ? (
        <p className="secondary">{t('tuning.undecided')}</p>
      ) : (
        <ul className="tuning-runs">
          {tuning.decisions.map((one) => (
            <li key={one.at}>
              <span className="num secondary">{formatInstant(one.at)}</span> <Data>{one.by}</Data> <b className="num">{one.false_discoveries}</b>
              <span className="signal-note"><Data>{one.basis}</Data></span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** One run: the joined signals by point, the curves of all methods, the rows. */
function One({ run, now }: { run: TuningRun; now: number }) {
  const { t } = useTexts();
  if (run.state !== 'done') return <Card><Nothing title={t(`tuning.state.${run.state}`)}>{t('tuning.notDone')}</Nothing></Card>;
  return (
    <>
      <Points run={run} now={now} />
      <Curves run={run} />
      <Rows run={run} />
    </>
  );
}

function Points({ run, now }: { run: TuningRun; now: number }) {
  const { t } = useTexts();
  const [most, setMost] = useState(2);
  const id = useId();
  const fit = withAtMost(run.points, most);
  const best = run.points.reduce<TuningPoint | undefined>((now, one) => (now === undefined || one.detected > now.detected ? one : now), undefined);
  return (
    <Card title={t('tuning.points')} note={t('tuning.pointsNote', { n: run.known, cases: run.least_cases })}>
      <p className="tuning-knob">
        <label htmlFor={id}>{t('tuning.knob')}</label> <InputNumber id={id} min={0.1} max={100} step={0.5} value={most} onChange={(value) => setMost(value ?? 2)} />
        <span role="status">
          {fit === undefined
            ? t('tuning.knobNone')
            : run.known === 0
              ? t('tuning.knobUnknown', { share: fit.false_discoveries, signals: formatNumber(fit.signals_a_week, 2) })
              : t('tuning.knobCost', { found: fit.detected, n: fit.outbreaks, share: fit.false_discoveries, lost: (best?.detected ?? fit.detected) - fit.detected, days: fit.days === null ? noValue : formatNumber(fit.days, 1) })}
        </span>
      </p>
      <Table<TuningPoint>
        className="list-table"
        size="small"
        rowKey="false_discoveries"
        pagination={false}
        dataSource={run.points}
        rowClassName={(one) => (one === fit ? 'row-open' : '')}
        columns={[
          { title: t('tuning.share'), className: 'num', render: (_, one) => <>{one.false_discoveries} {one.false_discoveries === now && <small className="secondary">{t('tuning.now')}</small>} {one.chosen && <small className="secondary">{t('tuning.proposed')}</small>}</> },
          { title: t('tuning.found'), className: 'num', render: (_, one) => `${one.detected} / ${one.outbreaks} · ${percent(one.detected, one.outbreaks)}` },
          { title: t('tuning.days'), className: 'num', render: (_, one) => (one.days === null ? noValue : formatNumber(one.days, 1)) },
          { title: t('tuning.signals'), className: 'num', render: (_, one) => formatNumber(one.signals_a_week, 2) },
          { title: t('tuning.false'), className: 'num', render: (_, one) => formatNumber(one.false_a_week, 2) },
          { title: t('tuning.ppv'), className: 'num', responsive: ['md'], render: (_, one) => (run.known === 0 ? noValue : percent(one.signals_a_week - one.false_a_week, one.signals_a_week)) },
        ]}
      />
      <Decide run={run} proposed={fit?.false_discoveries ?? run.points.find(({ chosen }) => chosen)?.false_discoveries} />
    </Card>
  );
}

function Decide({ run, proposed }: { run: TuningRun; proposed: number | undefined }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const allowed = may(useSession(), 'signal-workload:write');
  const { busy, fault, run: act } = useAct();
  const refresh = useRefresh();
  const [picked, setPicked] = useState<number | undefined>();
  const [note, setNote] = useState('');
  const id = useId();
  const share = picked ?? proposed;
  const send = async () => {
    if (share === undefined || note.trim() === '') return;
    const after = await act(() => post<Tuning>(`/api/tuning/${encodeURIComponent(run.id)}/decide`, { false_discoveries: share, note: note.trim() }));
    if (!after) return;
    refresh(after);
    setNote('');
    void message.success(t('tuning.decided'));
  };
  if (!allowed) return null;
  return (
    <form
      className="tuning-decide"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label htmlFor={`${id}-share`}>{t('tuning.decide')}</label>
      <Select id={`${id}-share`} value={share} options={run.points.map(({ false_discoveries }) => ({ value: false_discoveries, label: String(false_discoveries) }))} onChange={setPicked} />
      <Input aria-label={t('tuning.why')} placeholder={t('tuning.why')} maxLength={160} value={note} onChange={({ target }) => setNote(target.value)} />
      <Button type="primary" htmlType="submit" loading={busy} disabled={share === undefined || note.trim() === ''}>
        {t('tuning.decideAct')}
      </Button>
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
    </form>
  );
}

function Curves({ run }: { run: TuningRun }) {
  const { t } = useTexts();
  const tokens = useTokens();
  const answer = useTuningRows(run.id, '');
  const rows = useMemo(() => (answer.data ? rowsOf(answer.data) : []), [answer.data]);
  const charts = useMemo(
    () =>
      (['pod', 'days'] as const).map((of) => {
        const curves = curvesOf(rows, of, t('tuning.joined'));
        return { of, curves, option: tuningOption(curves, t('tuning.false'), t(of === 'pod' ? 'tuning.foundShare' : 'tuning.days'), of === 'pod', tokens) };
      }),
    [rows, t, tokens],
  );
  return (
    <Answer of={answer} rows={6}>
      {() => (
        <div className="tuning-charts">
          {charts.map(({ of, curves, option }) => (
            <ChartCard
              key={of}
              title={t(of === 'pod' ? 'tuning.roc' : 'tuning.amoc')}
              note={t(run.known > 0 ? 'tuning.againstKnown' : 'tuning.againstInjected')}
              option={option}
              height={280}
              source={
                <span className="tuning-legend">
                  {curves.map(({ name }, at) => (
                    <span key={name}>
                      <i style={{ background: curveColour(at, tokens) }} aria-hidden /> <Data>{name}</Data>
                    </span>
                  ))}
                </span>
              }
              label={t(of === 'pod' ? 'tuning.roc' : 'tuning.amoc')}
              fileName={`${run.id}-${of}`}
              table={{
                columns: [t('tuning.method'), t('tuning.threshold'), t('tuning.false'), t(of === 'pod' ? 'tuning.foundShare' : 'tuning.days')],
                rows: curves.flatMap(({ name, points }) => points.map(({ x, y, label }) => [name, label, x, y])),
              }}
            />
          ))}
        </div>
      )}
    </Answer>
  );
}

const views = ['streams', 'disease', 'shape'] as const;

/** Every row of the bench: by method and stream, by disease and season, by shape and size. */
function Rows({ run }: { run: TuningRun }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const view = readChoice(value('rows'), views, 'streams');
  const answer = useTuningRows(run.id, view === 'streams' ? '' : view);
  const names = ['detector', 'stream', ...(view === 'disease' ? ['disease', 'season'] : view === 'shape' ? ['shape', 'size'] : []), 'threshold'];
  const share = (row: Record<string, string>, of: string) => (row[of] ? `${formatNumber(Number(row[of]) * 100, 0)} % (${formatNumber(Number(row[`${of}_low`]) * 100, 0)}–${formatNumber(Number(row[`${of}_high`]) * 100, 0)})` : noValue);
  return (
    <Card
      title={t('tuning.rows')}
      extra={
        <Segmented value={view} aria-label={t('tuning.rows')} options={views.map((one) => ({ value: one, label: t(`tuning.rows.${one}`) }))} onChange={(next) => change({ rows: next === 'streams' ? null : next })} />
      }
    >
      <Answer of={answer} rows={8}>
        {(data) => (
          <PlainTable
            height={420}
            table={{
              columns: [...names.map((name) => t(`tuning.column.${name}` as 'tuning.column.detector')), t('tuning.found'), t('tuning.foundShare'), t('tuning.sensitivity'), t('tuning.days'), t('tuning.false'), t('tuning.ppv')],
              rows: rowsOf(data).map((row) => [
                ...names.map((name) => (row[name] === 'fused' ? t('tuning.joined') : (row[name] ?? ''))),
                `${row.detected} / ${row.outbreaks}`,
                share(row, 'pod'),
                share(row, 'sensitivity'),
                row.days || noValue,
                row.false_per_week ? formatNumber(Number(row.false_per_week), 2) : noValue,
                share(row, 'ppv'),
              ]),
            }}
          />
        )}
      </Answer>
    </Card>
  );
}
