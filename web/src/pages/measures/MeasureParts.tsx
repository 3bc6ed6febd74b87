import { Link } from 'react-router-dom';
import type { MeasureDerivation, MeasureDetail, MeasurePart } from '../../api/measures';
import { Card } from '../../components/Card';
import { formatFraction, formatInterval, formatValue } from '../../format/measure';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';

/** What an indicator is made of that is made of others: a formula, or the components of an index. */
export function MeasureParts({ measure }: { measure: MeasureDetail }) {
  const { t } = useTexts();
  const { derivation } = measure;
  if (!derivation) return null;
  const isIndex = derivation.kind === 'composite';
  return (
    <Card
      className="measure-parts"
      title={t(isIndex ? 'parts.index' : 'parts.formula')}
      note={
        isIndex && (
          <>
            {t(derivation.aggregation === 'geometric' ? 'parts.geometric' : 'parts.arithmetic')}；{t(derivation.missing === 'renormalise' ? 'parts.renormalise' : 'parts.refuse')}
          </>
        )
      }
    >
      <div className="plain-table" tabIndex={0} role="group" aria-label={t(isIndex ? 'parts.index' : 'parts.formula')}>
        {isIndex ? <Components measure={measure} derivation={derivation} /> : <Terms derivation={derivation} />}
      </div>
      {!isIndex && <pre className="json" lang="en" tabIndex={0}>{formulaText(derivation)}</pre>}
      <Notes derivation={derivation} />
    </Card>
  );
}

function formulaText({ numerator, denominator, value }: MeasureDerivation): string {
  if (value) return value;
  return denominator ? `( ${numerator} )\n/ ( ${denominator} )` : (numerator ?? '');
}

function Name({ part }: { part: MeasurePart }) {
  const { link } = useAddress();
  return (
    <th scope="row">
      <Link to={link(`/indicators/computed/${part.id}`)}>
        <Loc of={part.title} />
      </Link>
      {part.reason && (
        <small className="block secondary">
          <Loc of={part.reason} />
        </small>
      )}
    </th>
  );
}

function Terms({ derivation }: { derivation: MeasureDerivation }) {
  const { t } = useTexts();
  return (
    <table className="simple-table">
      <thead>
        <tr>
          <th scope="col">{t('parts.of')}</th>
          <th scope="col" className="right">
            {t('measures.fractionColumn')}
          </th>
          <th scope="col" className="right">
            {t('indicators.col.value')}
          </th>
        </tr>
      </thead>
      <tbody>
        {derivation.parts.map((part) => (
          <tr key={part.id}>
            <Name part={part} />
            <td className="right num">{formatFraction(part)}</td>
            <td className="right num">
              {formatValue(part.value, part.decimals)} <Loc of={part.unit} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Components({ measure, derivation }: { measure: MeasureDetail; derivation: MeasureDerivation }) {
  const { t } = useTexts();
  const scale = (part: MeasurePart) => {
    if (part.normalisation === 'min-max') return t('parts.minMax', { least: part.least ?? '', most: part.most ?? '' });
    if (part.normalisation === 'target') return t('parts.target', { target: part.target ?? '' });
    return t(part.normalisation === 'rank' ? 'parts.rank' : 'parts.zScore');
  };
  const digits = derivation.aggregation === 'geometric' ? 4 : measure.decimals;
  return (
    <table className="simple-table">
      <thead>
        <tr>
          <th scope="col">{t('parts.of')}</th>
          <th scope="col" className="right">
            {t('parts.weight')}
          </th>
          <th scope="col" className="right">
            {t('indicators.col.value')}
          </th>
          <th scope="col">{t('parts.scale')}</th>
          <th scope="col" className="right">
            {t('parts.normalised')}
          </th>
          <th scope="col">{t('parts.contribution')}</th>
        </tr>
      </thead>
      <tbody>
        {derivation.parts.map((part) => (
          <tr key={part.id}>
            <Name part={part} />
            <td className="right num">{formatValue(part.weight, 2)}</td>
            <td className="right num">
              {formatValue(part.value, part.decimals)} <Loc of={part.unit} />
              <small className="block secondary">{formatInterval(part, part.decimals)}</small>
            </td>
            <td>
              {scale(part)}
              {part.better === 'lower' && <small className="block secondary">{t('parts.lower')}</small>}
            </td>
            <td className="right num">{formatValue(part.normalised, 3)}</td>
            <td className="part-share">
              <span className="num">{formatValue(part.contribution, digits)}</span>
              {/* the light bar is what the weight allows, the dark one what was reached */}
              <i aria-hidden style={{ inlineSize: `${(part.weight ?? 0) * 100}%` }}>
                <b style={{ inlineSize: `${Math.min(1, Math.max(0, part.normalised ?? 0)) * 100}%` }} />
              </i>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const fields = { population: 'basis.population', area: 'basis.area', year: 'basis.year', date: 'basis.date' } as const;

/** Where the weights come from, how the interval is made, and in which 口径 the parts differ. */
function Notes({ derivation }: { derivation: MeasureDerivation }) {
  const { t } = useTexts();
  const { weights_from: weights, draws, seed, differs } = derivation;
  return (
    <ul className="part-notes secondary">
      {weights && (
        <li>
          {t('parts.weights')} <Loc of={weights} />
        </li>
      )}
      {draws !== null && <li>{t('parts.draws', { draws, seed: seed ?? 0 })}</li>}
      {differs.map(({ field, why }) => (
        <li key={field}>
          {t('parts.differs', { field: t(fields[field]) })} <Loc of={why} />
        </li>
      ))}
    </ul>
  );
}
