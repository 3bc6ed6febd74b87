import { Alert, Button } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useCard, useCardForm, type CardDetail, type CardForm, type CardLife, type DiseaseCard } from '../../api/cards';
import { Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer } from '../../components/States';
import { formatInstant, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { ActDialog } from './ActDialog';
import { CardState, LimitMark } from './CardState';
import { shownField } from './fields';

interface Props {
  id: string;
  onClose: () => void;
  onOpen: (id: string) => void;
}

/** One card: what it says, what may be done, what speaks against it, its life. */
export function CardPanel({ id, onClose, onOpen }: Props) {
  const { t } = useTexts();
  const card = useCard(id);
  const form = useCardForm();
  return (
    <SidePanel open={id !== ''} width={680} title={t('cardsPage.one')} onClose={onClose}>
      {id !== '' && (
        <Answer of={card} rows={12}>
          {(data) => <One key={`${data.id}/${data.version}`} card={data} form={form.data} onOpen={onOpen} />}
        </Answer>
      )}
    </SidePanel>
  );
}

interface OneProps {
  card: CardDetail;
  form: CardForm | undefined;
  onOpen: (id: string) => void;
}

function One({ card, form, onOpen }: OneProps) {
  const { t, loc } = useTexts();
  const [act, setAct] = useState('');
  const { resident } = card;
  const acts = card.acts.filter((one) => one !== 'distinct' || card.others.length > 0);
  const named = (name: string) => loc(form?.fields.find((one) => one.name === name)?.title ?? name);
  return (
    <>
      <p className="card-title">
        <b><Loc of={card.disease_name ?? noValue} /></b> <CardState card={card} />
      </p>
      <Warnings card={card} named={named} />
      {form && acts.length > 0 && (
        <div className="card-acts" role="group" aria-label={t('cardsPage.acts')}>
          {acts.map((one, at) => (
            <Button key={one} type={at === 0 ? 'primary' : 'default'} danger={one === 'deleted'} onClick={() => setAct(one)}>
              <Loc of={form.acts.find(({ code }) => code === one)?.name ?? one} />
            </Button>
          ))}
        </div>
      )}
      <Facts
        items={[
          [t('cardsPage.number'), card.number ?? t('cardsPage.notBack')],
          [t('cardsPage.person'), resident ? <Person card={card} /> : noValue],
          [t('cardsPage.institution'), <Data>{card.organization_name ?? noValue}</Data>],
          [t('cardsPage.limit'), <LimitMark card={card} />],
          ...(form?.fields ?? [])
            .filter(({ name }) => card.fields[name] !== undefined)
            .map((field): [string, React.ReactNode] => [loc(field.title), <Data>{field.name === 'presentArea' && card.area_name ? loc(card.area_name) : shownField(field, card.fields[field.name] ?? '', loc)}</Data>]),
        ]}
      />
      <Others title={t('cardsPage.former')} cards={card.former ? [card.former] : []} onOpen={onOpen} />
      <Others title={t('cardsPage.newer')} cards={card.newer ? [card.newer] : []} onOpen={onOpen} />
      <Others title={t('cardsPage.others')} cards={card.others} onOpen={onOpen} />
      <h3 className="signal-sub">{t('cardsPage.life')}</h3>
      <ol className="card-life">
        {card.life.map((one, at) => (
          <Step key={at} step={one} form={form} named={named} />
        ))}
      </ol>
      <p className="source">{t('cardsPage.versions', { n: card.version })}</p>
      {act !== '' && form && <ActDialog act={act} card={card} form={form} close={() => setAct('')} onMade={onOpen} />}
    </>
  );
}

function Person({ card }: { card: CardDetail }) {
  const { link } = useAddress();
  const { resident } = card;
  if (!resident) return <>{noValue}</>;
  return (
    <>
      <Link to={link(`/residents/${resident.id}`)}>
        <Data>{resident.name || noValue}</Data>
      </Link>{' '}
      <span className="num secondary">{[resident.age, resident.identifierMasked].filter((one) => one !== null).join(' · ')}</span>
    </>
  );
}

function Warnings({ card, named }: { card: CardDetail; named: (name: string) => string }) {
  const { t } = useTexts();
  return (
    <>
      {card.died && <Alert type="error" showIcon title={t('cardsPage.died', { day: card.died.day, cause: card.died.cause })} />}
      {card.missing.length > 0 && <Alert type="warning" showIcon title={t('cardsPage.missing', { fields: card.missing.map(named).join(' · ') })} />}
      {card.faults.length > 0 && (
        <Alert type="warning" showIcon title={t('cardsPage.faults')} description={<ul lang="en">{card.faults.map((one) => <li key={one}>{one}</li>)}</ul>} />
      )}
    </>
  );
}

function Others({ title, cards, onOpen }: { title: string; cards: DiseaseCard[]; onOpen: (id: string) => void }) {
  if (cards.length === 0) return null;
  return (
    <>
      <h3 className="signal-sub">{title}</h3>
      <ul className="card-others">
        {cards.map((one) => (
          <li key={one.id}>
            <button type="button" className="link" onClick={() => onOpen(one.id)}>
              <Loc of={one.disease_name ?? one.disease} /> {one.onset}
            </button>{' '}
            <CardState card={one} /> <Data>{one.organization_name ?? ''}</Data>
          </li>
        ))}
      </ul>
    </>
  );
}

function Step({ step, form, named }: { step: CardLife; form: CardForm | undefined; named: (name: string) => string }) {
  const { loc } = useTexts();
  const shown = (name: string, value: string | null) => {
    const field = form?.fields.find((one) => one.name === name);
    return value === null ? noValue : field ? shownField(field, value, loc) : value;
  };
  return (
    <li>
      <span className="num secondary">{formatInstant(step.at)}</span> <b><Loc of={step.act_name} /></b> <Data>{step.by ?? ''}</Data>
      {step.reason_name && <span> · <Loc of={step.reason_name} /></span>}
      {step.note && <span className="signal-note"><Data>{step.note}</Data></span>}
      {step.changes.map((one) => (
        <span key={one.field} className="signal-note">
          {named(one.field)}: <Data>{`${shown(one.field, one.from)} → ${shown(one.field, one.to)}`}</Data>
        </span>
      ))}
    </li>
  );
}
