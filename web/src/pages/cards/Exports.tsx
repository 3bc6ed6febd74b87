import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Select, Table } from 'antd';
import { useId, useState } from 'react';
import { sendExport, useCardForm, type CardImport, type CardReconciliation } from '../../api/cards';
import { withQuery } from '../../api/client';
import { Card } from '../../components/Card';
import { DaySpan } from '../../components/DaySpan';
import { saveText } from '../../components/save';
import { writeCsv } from '../../format/csv';
import { formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { may, useSession } from '../../state/session';
import { useAct } from '../../state/useAct';

/** What came out of the front-end software and of the direct report, held beside the cards. */
export function Exports({ onOpen }: { onOpen: (id: string) => void }) {
  const session = useSession();
  return (
    <div className="card-exports">
      {may(session, 'card-final:review') && <Reconcile onOpen={onOpen} />}
      <Import onOpen={onOpen} />
    </div>
  );
}

function FileField({ label, onFile }: { label: string; onFile: (file: File | null) => void }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="file" accept=".csv,text/csv" onChange={({ target }) => onFile(target.files?.[0] ?? null)} />
    </>
  );
}

function Reconcile({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTexts();
  const { busy, fault, run } = useAct();
  const [file, setFile] = useState<File | null>(null);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [made, setMade] = useState<CardReconciliation | null>(null);
  const id = useId();
  const send = async () => {
    if (!file) return;
    const answer = await run(() => sendExport<CardReconciliation>(withQuery('/api/cards/reconcile', { from, to }), file));
    if (answer) setMade(answer);
  };
  return (
    <Card title={t('reconcile.title')} note={t('reconcile.note')}>
      <form
        className="panel-form card-send"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <FileField label={t('reconcile.file')} onFile={setFile} />
        <label htmlFor={`${id}-from`}>{t('reconcile.span')}</label>
        <DaySpan id={`${id}-from`} optional from={from} to={to} onFrom={setFrom} onTo={setTo} />
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        <div className="panel-acts">
          <Button type="primary" htmlType="submit" loading={busy} disabled={!file}>{t('reconcile.act')}</Button>
        </div>
      </form>
      {made && <Differences made={made} onOpen={onOpen} />}
    </Card>
  );
}

function Differences({ made, onOpen }: { made: CardReconciliation; onOpen: (id: string) => void }) {
  const { t, loc } = useTexts();
  const save = () =>
    saveText(
      'differences.csv',
      writeCsv(
        [t('reconcile.kind'), t('cardsPage.number'), t('reconcile.here'), t('reconcile.there'), t('reconcile.line')],
        made.differences.map((one) => [loc(one.kind_name), one.number, loc(one.here), loc(one.there), one.line]),
      ),
      'text/csv;charset=utf-8',
    );
  return (
    <>
      <p role="status">
        {t('reconcile.result', { here: formatNumber(made.here), there: formatNumber(made.there), agree: formatNumber(made.agree), n: formatNumber(made.differences.length) })}{' '}
        {made.differences.length > 0 && <Button size="small" onClick={save}>CSV</Button>}
      </p>
      {made.differences.length > 0 && (
        <Table
          className="list-table"
          size="small"
          rowKey={(one) => `${one.kind}/${one.number}/${one.card}/${one.line}`}
          dataSource={made.differences}
          pagination={made.differences.length > 50 ? { pageSize: 50, size: 'small', showSizeChanger: false } : false}
          columns={[
            { title: t('reconcile.kind'), render: (_, one) => <b><Loc of={one.kind_name} /></b> },
            { title: t('cardsPage.number'), className: 'num', render: (_, one) => one.number },
            { title: t('reconcile.here'), render: (_, one) => <Loc of={one.here ?? ''} /> },
            { title: t('reconcile.there'), render: (_, one) => <Loc of={one.there ?? ''} /> },
            { title: t('cardsPage.one'), render: (_, one) => (one.card ? <button type="button" className="link" onClick={() => onOpen(one.card)}>{t('cardsPage.show')}</button> : null) },
          ]}
        />
      )}
    </>
  );
}

function Import({ onOpen }: { onOpen: (id: string) => void }) {
  const { t } = useTexts();
  const client = useQueryClient();
  const form = useCardForm();
  const { busy, fault, run } = useAct();
  const [file, setFile] = useState<File | null>(null);
  const [organization, setOrganization] = useState('');
  const [made, setMade] = useState<CardImport | null>(null);
  const id = useId();
  const send = async (trial: boolean) => {
    if (!file) return;
    const answer = await run(() => sendExport<CardImport>(withQuery('/api/cards/import', { organization, trial: trial ? '1' : '' }), file));
    if (!answer) return;
    setMade(answer);
    if (!trial) await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/cards') });
  };
  return (
    <Card title={t('cardImport.title')} note={t('cardImport.note')}>
      <form
        className="panel-form card-send"
        onSubmit={(event) => {
          event.preventDefault();
          void send(true);
        }}
      >
        <FileField label={t('cardImport.file')} onFile={setFile} />
        <label htmlFor={`${id}-organization`}>{t('cardsPage.institution')}</label>
        <Select
          id={`${id}-organization`}
          showSearch={{ optionFilterProp: 'label' }}
          value={organization || undefined}
          options={form.data?.organizations.map(({ id: value, name }) => ({ value, label: name }))}
          onChange={setOrganization}
        />
        {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        <div className="panel-acts">
          <Button htmlType="submit" loading={busy} disabled={!file}>{t('cardImport.trial')}</Button>
          <Button type="primary" loading={busy} disabled={!made?.trial} onClick={() => void send(false)}>{t('cardImport.act')}</Button>
        </div>
      </form>
      {made && (
        <>
          <p role="status">{t(made.trial ? 'cardImport.would' : 'cardImport.did', { made: made.made, numbered: made.numbered, known: made.known, refused: made.refused })}</p>
          <Table
            className="list-table"
            size="small"
            rowKey="line"
            dataSource={made.rows.filter(({ result }) => result !== 'known')}
            pagination={false}
            columns={[
              { title: t('reconcile.line'), width: 72, className: 'num', render: (_, one) => one.line },
              { title: t('cardImport.result'), render: (_, one) => t(`cardImport.${one.result}`) },
              { title: t('cardImport.problem'), render: (_, one) => <span lang="en">{one.problem}</span> },
              { title: t('cardsPage.one'), render: (_, one) => (one.card ? <button type="button" className="link" onClick={() => onOpen(one.card)}><Data>{t('cardsPage.show')}</Data></button> : null) },
            ]}
          />
        </>
      )}
    </Card>
  );
}
