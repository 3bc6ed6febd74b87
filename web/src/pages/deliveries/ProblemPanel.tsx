import { App, Button, Input, Popconfirm } from 'antd';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { post } from '../../api/client';
import { useProblem } from '../../api/hooks';
import type { Correction, Fault, ProblemDetail } from '../../api/types';
import { CodeEditor } from '../../components/CodeEditor';
import { Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer, useErrorText } from '../../components/States';
import { formatBytes, formatNumber, noValue } from '../../format/format';
import { layOutJson, lineOfPath, packJson } from '../../format/jsonText';
import { Data, Loc, useTexts } from '../../i18n';
import { Expected } from './Expected';

/** One line of problem data: why it was refused, its original text, and what can be done. */
export function ProblemPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { t } = useTexts();
  const problem = useProblem(id);
  const line = problem.data?.line;
  return (
    <SidePanel
      open={id !== ''}
      onClose={onClose}
      width={720}
      title={line ? t('problem.titleLine', { line: formatNumber(line) }) : t('problem.title')}
    >
      {id !== '' && <Answer of={problem}>{(data) => <Body key={data.id} problem={data} />}</Answer>}
    </SidePanel>
  );
}

function Body({ problem }: { problem: ProblemDetail }) {
  const { t } = useTexts();
  return (
    <>
      <div className="reason status-missed">
        <h3>
          <Loc of={problem.ruleText} />
        </h3>
        <Facts
          items={[
            [t('problem.path'), <code>{problem.path || noValue}</code>],
            [t('problem.expected'), <Expected text={problem.expected} />],
            [
              t('problem.found'),
              <code className="found">
                <Data>{problem.found || noValue}</Data>
              </code>,
            ],
            [t('problem.state'), <StateText problem={problem} />],
          ]}
        />
      </div>
      {problem.state === 'open' ? <Work problem={problem} /> : <Settled problem={problem} />}
    </>
  );
}

function StateText({ problem }: { problem: ProblemDetail }) {
  const { t } = useTexts();
  return (
    <>
      {t(`problemState.${problem.state}`)}
      {problem.note && (
        <>
          {' · '}
          <Data>{problem.note}</Data>
        </>
      )}
    </>
  );
}

const isJson = (text: string) => text.trimStart().startsWith('{') || text.trimStart().startsWith('[');

/** Kept on this device while somebody works on a line, so that a closed panel loses nothing. */
function draftName(problem: ProblemDetail): string {
  return `draft.${problem.delivery}.${problem.id}`;
}

function Work({ problem }: { problem: ProblemDetail }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const textOf = useErrorText();
  const laidOut = useMemo(
    () => (isJson(problem.original) && !problem.cut ? layOutJson(problem.original) : problem.original),
    [problem],
  );
  const [text, setText] = useState(() => sessionStorage.getItem(draftName(problem)) ?? laidOut);
  const [faults, setFaults] = useState<Fault[] | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (text === laidOut) sessionStorage.removeItem(draftName(problem));
    else sessionStorage.setItem(draftName(problem), text);
  }, [text, laidOut, problem]);

  const marks = (faults ?? [problem]).map((fault) => lineOfPath(text, fault.path)).filter((line) => line >= 0);
  const correct = async () => {
    setBusy(true);
    try {
      const sent = isJson(text) ? packJson(text) : text;
      const answer = await post<Correction>(`/api/problems/${problem.id}/correct`, { text: sent });
      if (answer.accepted) {
        sessionStorage.removeItem(draftName(problem));
        void message.success(t('problem.accepted'));
        void client.invalidateQueries();
      } else setFaults(answer.faults ?? []);
    } catch (error) {
      void message.error(textOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <div className="editor-head">
        <h3>{t('problem.original')}</h3>
        <span className="faint num">{formatBytes(problem.length)}</span>
        {text !== laidOut && (
          <Button type="link" size="small" onClick={() => setText(laidOut)}>
            {t('problem.restore')}
          </Button>
        )}
      </div>
      {problem.cut && <p className="text-missed">{t('problem.cut')}</p>}
      <CodeEditor value={text} onChange={setText} marks={marks} label={t('problem.original')} readOnly={problem.cut} />
      {faults && <Faults faults={faults} />}
      <div className="panel-acts">
        <Button type="primary" loading={busy} disabled={problem.cut} onClick={() => void correct()}>
          {t('problem.correct')}
        </Button>
        <Dismiss problem={problem} />
      </div>
    </>
  );
}

/** Why the corrected text was refused too. */
function Faults({ faults }: { faults: Fault[] }) {
  const { t } = useTexts();
  return (
    <div className="faults" role="alert">
      <b>{t('problem.stillWrong', { n: faults.length })}</b>
      <ul>
        {faults.map((fault, index) => (
          <li key={index}>
            <code>{fault.path || fault.rule}</code>
            <span>
              {t('problem.expected')}: <Expected text={fault.expected} />
            </span>
            <span>
              {t('problem.found')}: <Data>{fault.found || noValue}</Data>
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Dismiss({ problem }: { problem: ProblemDetail }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const textOf = useErrorText();
  const [reason, setReason] = useState('');
  const dismiss = async () => {
    try {
      await post(`/api/problems/${problem.id}/dismiss`, { reason: reason.trim() });
    } catch (error) {
      void message.error(textOf(error));
    } finally {
      void client.invalidateQueries();
    }
  };
  return (
    <Popconfirm
      icon={null}
      title={t('problem.dismissWhy')}
      okText={t('problem.dismiss')}
      cancelText={t('act.back')}
      okButtonProps={{ disabled: reason.trim() === '' }}
      onConfirm={() => dismiss()}
      description={
        <Input.TextArea
          autoSize={{ minRows: 2, maxRows: 4 }}
          value={reason}
          aria-label={t('problem.dismissWhy')}
          placeholder={t('problem.dismissHint')}
          onChange={(event) => setReason(event.target.value)}
        />
      }
    >
      <Button>{t('problem.dismiss')}</Button>
    </Popconfirm>
  );
}

/** A corrected line is done; a dismissed one can be opened again. */
function Settled({ problem }: { problem: ProblemDetail }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const textOf = useErrorText();
  const reopen = async () => {
    try {
      await post(`/api/problems/${problem.id}/reopen`);
    } catch (error) {
      void message.error(textOf(error));
    } finally {
      void client.invalidateQueries();
    }
  };
  return (
    <>
      <p className={problem.state === 'corrected' ? 'settled settled-good' : 'settled'} role="status">
        {t(problem.state === 'corrected' ? 'problem.correctedText' : 'problem.dismissedText')}
      </p>
      <h3>{t('problem.original')}</h3>
      <CodeEditor
        value={isJson(problem.original) ? layOutJson(problem.original) : problem.original}
        marks={[]}
        label={t('problem.original')}
        readOnly
      />
      {problem.state === 'dismissed' && (
        <div className="panel-acts">
          <Button onClick={() => void reopen()}>{t('problem.reopen')}</Button>
        </div>
      )}
    </>
  );
}
