import { useFigure, type FigureDetail } from '../../api/figures';
import { Card, Facts } from '../../components/Card';
import { Answer } from '../../components/States';
import { formatInstant, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { FigureBulk } from './FigureBulk';
import { SignMark } from './SignMark';

/** One figure: what it says and by which 口径, who signed it, what was published of it. */
export function FigurePanel({ id }: { id: string }) {
  const detail = useFigure(id);
  return (
    <Answer of={detail} rows={10}>
      {(data) => <Detail data={data} />}
    </Answer>
  );
}

function Detail({ data }: { data: FigureDetail }) {
  const { t } = useTexts();
  const { item, basis } = data;
  const counts = item.numerator || item.denominator ? `${item.numerator || noValue} / ${item.denominator || noValue}` : noValue;
  return (
    <>
      <Card title={<Loc of={item.name} />} note={<SignMark state={item.state} />}>
        <p className="figure-head num">
          <b>
            <Data>{item.value}</Data>
          </b>{' '}
          <Loc of={item.unit} />
        </p>
        <Facts
          items={[
            [t('figures.area'), <Loc of={item.area_name} />],
            [t('figures.year'), <span className="num">{item.period}</span>],
            [t('figures.counts'), <span className="num">{counts}</span>],
            [t('figures.owner'), <Loc of={item.owner} />],
            [t('figures.entered'), <span><Data>{item.entered_by}</Data> <span className="num">{formatInstant(item.entered_at)}</span></span>],
            [t('figures.source'), item.file ? <Data>{t('figures.sourceLine', { file: item.file, line: item.line })}</Data> : noValue],
          ]}
        />
        <FigureBulk figures={[item]} onDone={() => undefined} />
      </Card>
      {basis && (
        <Card title={t('figures.basis')} note={`${t('figures.version')} ${item.version}`}>
          <Facts
            items={[
              [t('figures.basisPopulation'), <Loc of={basis.population} />],
              [t('figures.basisArea'), <Loc of={basis.area} />],
              [t('figures.basisYear'), <Loc of={basis.year} />],
              [t('figures.basisDate'), <Loc of={basis.date} />],
            ]}
          />
        </Card>
      )}
      <History data={data} />
      <Published data={data} />
    </>
  );
}

function History({ data }: { data: FigureDetail }) {
  const { t } = useTexts();
  return (
    <Card title={t('figures.history')}>
      <ol className="figure-history">
        {data.history.map((act, index) => (
          <li key={index}>
            <SignMark state={act.state} /> <Data>{act.by}</Data> <span className="secondary num">{formatInstant(act.at)}</span>
            {act.note && (
              <p>
                <Data>{act.note}</Data>
              </p>
            )}
          </li>
        ))}
      </ol>
      {data.others.length > 0 && (
        <>
          <h3>{t('figures.others')}</h3>
          <ul className="figure-history">
            {data.others.map((one) => (
              <li key={one.figure}>
                <b className="num">
                  <Data>{one.value}</Data>
                </b>{' '}
                <SignMark state={one.state} /> <Data>{one.entered_by}</Data> <span className="secondary num">{formatInstant(one.entered_at)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Published({ data }: { data: FigureDetail }) {
  const { t } = useTexts();
  return (
    <Card title={t('figures.published')}>
      {data.vintages.length === 0 ? (
        <p className="secondary">{t('figures.notPublished')}</p>
      ) : (
        <ul className="figure-history">
          {data.vintages.map((one) => (
            <li key={one.vintage}>
              {t('figures.vintageN', { n: one.vintage })} <b className="num"><Data>{one.value}</Data></b> <Data>{one.by}</Data>{' '}
              <span className="secondary num">{formatInstant(one.at)}</span>
              {one.reason && (
                <p>
                  <Data>{one.reason}</Data>
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
