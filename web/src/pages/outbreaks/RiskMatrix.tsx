import type { Instance } from '../../api/flows';
import type { QuestionnaireResponse } from '../../components/form/fhir';
import { Card } from '../../components/Card';
import { formatInstant } from '../../format/format';
import { Data, useTexts } from '../../i18n';
import { lastOf } from './times';

const steps = [1, 2, 3, 4, 5];

/** The code answered to a question at the top of a form, as a number. */
function numberOf(response: QuestionnaireResponse | undefined, id: string): number {
  const answer = response?.item?.find(({ linkId }) => linkId === id)?.answer?.[0]?.valueCoding as { code?: string } | undefined;
  return Number(answer?.code ?? Number.NaN);
}

/** Low, moderate, high, very high: by the product, as the table below the matrix says. */
export function riskLevel(product: number): 1 | 2 | 3 | 4 {
  if (product >= 15) return 4;
  if (product >= 10) return 3;
  return product >= 5 ? 2 : 1;
}

/** The rapid risk assessment: how likely against how grave, with the place of this event. */
export function RiskMatrix({ event }: { event: Instance }) {
  const { t } = useTexts();
  const entry = lastOf(event, 'grading');
  const likelihood = numberOf(entry?.response, 'likelihood');
  const impact = numberOf(entry?.response, 'impact');
  if (!entry || !steps.includes(likelihood) || !steps.includes(impact)) return null;
  return (
    <Card title={t('risk.title')} note={<><Data>{entry.user_name || entry.user}</Data> <span className="num">{formatInstant(entry.at)}</span></>}>
      <table className="risk" aria-label={t('risk.label', { likelihood, impact, risk: likelihood * impact, level: t(`risk.level.${riskLevel(likelihood * impact)}`) })}>
        <tbody>
          {[...steps].reverse().map((row) => (
            <tr key={row}>
              <th scope="row" className="num">
                {row}
              </th>
              {steps.map((column) => {
                const here = row === likelihood && column === impact;
                return (
                  <td key={column} className={`num risk-${riskLevel(row * column)}${here ? ' risk-here' : ''}`}>
                    {row * column}
                  </td>
                );
              })}
            </tr>
          ))}
          <tr>
            <th aria-hidden />
            {steps.map((column) => (
              <th key={column} scope="col" className="num">
                {column}
              </th>
            ))}
          </tr>
        </tbody>
      </table>
      <p className="risk-said">
        <b>{t('risk.said', { risk: likelihood * impact, level: t(`risk.level.${riskLevel(likelihood * impact)}`) })}</b>
      </p>
      <p className="source">{t('risk.help')}</p>
    </Card>
  );
}
