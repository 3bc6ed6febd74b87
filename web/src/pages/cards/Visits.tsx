import { useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Checkbox, Table, type TableProps } from 'antd';
import { useEffect, useState } from 'react';
import { useCardForm, useCardPrefill, useCardVisits, type CardDetail, type CardForm, type CardPrefill, type CardVisit } from '../../api/cards';
import { post } from '../../api/client';
import { Card, Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer, Nothing } from '../../components/States';
import { pagination } from '../../components/tableParts';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { readCount } from '../../state/address';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';
import { FieldInputs } from './FieldInputs';
import { lacking, type Values } from './fields';

/** Visits with a diagnosis to be reported; a card filled from one. */
export function Visits({ onMade }: { onMade: (id: string) => void }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const page = readCount(value('page'), 1);
  const size = readCount(value('size'), 50, 200);
  const all = value('all') === '1';
  const list = useCardVisits({ all: all ? '1' : '', page, size });
  const [chosen, setChosen] = useState<CardVisit | null>(null);
  const columns: TableProps<CardVisit>['columns'] = [
    { title: t('cardsPage.visitDay'), width: 108, className: 'num', render: (_, one) => one.day },
    { title: t('cardsPage.diagnosis'), render: (_, one) => <><b><Loc of={one.disease_name} /></b> <span className="secondary num">{one.reason}</span></> },
    { title: t('cardsPage.person'), render: (_, one) => <Data>{one.resident?.name || noValue}</Data> },
    { title: t('resident.age'), width: 72, align: 'right', className: 'num', responsive: ['md'], render: (_, one) => one.resident?.age ?? noValue },
    {
      title: t('cardsPage.one'),
      width: 130,
      render: (_, one) =>
        one.with_card ? (
          <span className="secondary">{t('cardsPage.hasCard')}</span>
        ) : (
          <Button size="small" disabled={!one.resident} onClick={() => setChosen(one)}>
            {t('cardsPage.fill')}
          </Button>
        ),
    },
  ];
  return (
    <Card className="table-card" title={t('cardsPage.visits')} note={list.data && t('cardsPage.visitsNote', { from: list.data.from, to: list.data.to })}>
      <div className="filters">
        <Checkbox checked={all} onChange={({ target }) => change({ all: target.checked ? '1' : null, page: null })}>
          {t('cardsPage.visitsAll')}
        </Checkbox>
      </div>
      <Answer of={list} rows={10}>
        {(data) => (
          <Table<CardVisit>
            className="list-table"
            size="small"
            rowKey="visit"
            dataSource={data.items}
            columns={columns}
            locale={{ emptyText: <Nothing title={t('cardsPage.noVisits')}>{t('cardsPage.noVisitsText')}</Nothing> }}
            pagination={pagination(data, page, size, t, change)}
          />
        )}
      </Answer>
      <SidePanel open={chosen !== null} width={760} title={t('cardsPage.fill')} onClose={() => setChosen(null)}>
        {chosen && (
          <Filling
            visit={chosen}
            onMade={(id) => {
              setChosen(null);
              onMade(id);
            }}
          />
        )}
      </SidePanel>
    </Card>
  );
}

function Filling({ visit, onMade }: { visit: CardVisit; onMade: (id: string) => void }) {
  const prefill = useCardPrefill(visit);
  const form = useCardForm();
  return (
    <Answer of={prefill} rows={12}>
      {(data) => (form.data ? <Fill prefill={data} form={form.data} onMade={onMade} /> : null)}
    </Answer>
  );
}

function Fill({ prefill, form, onMade }: { prefill: CardPrefill; form: CardForm; onMade: (id: string) => void }) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { busy, fault, run } = useAct();
  const found = Object.fromEntries(Object.entries(prefill.fields).map(([name, { value }]) => [name, value]));
  const [values, setValues] = useState<Values>(found);
  const stored = JSON.stringify(found);
  useEffect(() => setValues(JSON.parse(stored) as Values), [stored]);
  const sources = Object.fromEntries(Object.entries(prefill.fields).map(([name, { source }]) => [name, t(source === 'record' ? 'cardsPage.fromRecord' : 'cardsPage.fromCard')]));
  const missing = lacking(form, values);
  const send = async () => {
    const fields = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
    const made = await run(() => post<CardDetail>('/api/cards', { fields }));
    if (!made) return;
    await client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/cards') });
    void message.success(t('cardsPage.made'));
    onMade(made.id);
  };
  return (
    <form
      className="panel-form"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <Facts
        items={[
          [t('cardsPage.person'), <Data>{`${prefill.resident.name} ${prefill.resident.identifierMasked ?? ''}`}</Data>],
          [t('cardsPage.institution'), <Data>{prefill.organization_name ?? noValue}</Data>],
        ]}
      />
      <FieldInputs form={form} values={values} lacking={missing} sources={sources} onChange={setValues} />
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="panel-acts">
        <Button type="primary" htmlType="submit" loading={busy} disabled={missing.length > 0}>
          {t('cardsPage.submit')}
        </Button>
      </div>
      <p className="form-help">{t('cardsPage.legal')}</p>
    </form>
  );
}
