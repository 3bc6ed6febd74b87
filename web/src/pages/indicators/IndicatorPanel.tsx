import { Button } from 'antd';
import { Link2 } from 'lucide-react';
import { useState } from 'react';
import { useIndicator } from '../../api/hooks';
import type { IndicatorDetail } from '../../api/types';
import { Bullet } from '../../components/Bullet';
import { Facts } from '../../components/Card';
import { SidePanel } from '../../components/SidePanel';
import { Answer } from '../../components/States';
import { StatusMark } from '../../components/StatusMark';
import { formatSigned, noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { ValueText } from './ValueText';

/** Side panel: value against target, the reason of the status, the statistical basis, the source. */
export function IndicatorPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const indicator = useIndicator(id);
  const { t } = useTexts();
  return (
    <SidePanel
      open={id !== ''}
      onClose={onClose}
      width={600}
      title={indicator.data ? <Loc of={indicator.data.name} /> : t('state.loading')}
      extra={<CopyLink />}
    >
      {id !== '' && <Answer of={indicator}>{(data) => <Detail indicator={data} />}</Answer>}
    </SidePanel>
  );
}

export function CopyLink() {
  const { t } = useTexts();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(window.location.href);
    setCopied(true);
    window.setTimeout(() => setCopied(false), 2000);
  };
  return (
    <Button size="small" type="text" icon={<Link2 size={14} aria-hidden />} onClick={() => void copy()}>
      {copied ? t('copy.done') : t('copy.link')}
    </Button>
  );
}

function Detail({ indicator }: { indicator: IndicatorDetail }) {
  const { t } = useTexts();
  const { gap, gapUnit, status } = indicator;
  return (
    <div className="indicator-detail">
      <p className="page-sub">
        <Loc of={indicator.planTitle} /> · {t('indicator.number', { no: indicator.no })} · <Loc of={indicator.field} />
        {indicator.scope && (
          <>
            {' '}
            · <Loc of={indicator.scope} />
          </>
        )}
      </p>
      <div className="indicator-figures">
        <div>
          <span className="label">
            {indicator.valueYear ? t('indicator.valueOf', { year: indicator.valueYear }) : t('indicator.value')}
          </span>
          <b className="big">
            <ValueText indicator={indicator} />
          </b>
        </div>
        <div>
          <span className="label">{t('indicator.target')}</span>
          <b className="big num">
            <Loc of={indicator.target?.text || indicator.targetText || noValue} />
          </b>
        </div>
        <div>
          <span className="label">{t('indicator.status')}</span>
          <StatusMark status={status} />
          {gap !== null && (
            <span className="num faint" title={t('indicators.gapWhy')}>
              {t('indicator.gap', { gap: formatSigned(gap, 4) })} <Loc of={gapUnit} />
            </span>
          )}
        </div>
      </div>
      <Bullet indicator={indicator} />
      <section className={`reason status-${status}`}>
        <h3>{t('indicator.reason')}</h3>
        <p>
          <Loc of={indicator.reason} />
        </p>
      </section>
      <Particulars indicator={indicator} />
    </div>
  );
}

function Particulars({ indicator }: { indicator: IndicatorDetail }) {
  const { t } = useTexts();
  const { basis, source, note, printedStatus, targets, history, standard } = indicator;
  return (
    <>
      <h3>{t('indicator.basis')}</h3>
      <Facts
        items={[
          [t('basis.population'), <Loc of={basis?.population || t('basis.silent')} />],
          [t('basis.area'), <Loc of={basis?.area || t('basis.silent')} />],
          [t('basis.year'), <Loc of={basis?.year || t('basis.silent')} />],
          [t('basis.date'), <Loc of={basis?.date || t('basis.silent')} />],
        ]}
      />
      {targets.length > 0 && (
        <>
          <h3>{t('indicator.levels')}</h3>
          <Facts items={targets.map(({ level, year, text }) => [
              <>
                <Loc of={level} /> <span className="num">{year}</span>
              </>,
              <Data>{text || noValue}</Data>,
            ])} />
        </>
      )}
      {history.length > 1 && (
        <>
          <h3>{t('indicator.history')}</h3>
          <Facts items={history.map((one) => [one.period ?? noValue, <Data>{one.valueText}</Data>])} />
        </>
      )}
      {standard && (
        <>
          <h3>{t('indicator.standard')}</h3>
          <Facts
            items={[
              [t('indicator.standardName'), <Loc of={standard.name} />],
              [t('indicator.authority'), <Loc of={standard.authority} />],
              [t('indicator.source'), <Loc of={standard.source} />],
            ]}
          />
        </>
      )}
      <h3>{t('indicator.source')}</h3>
      <Facts
        items={[
          [t('indicator.document'), <Loc of={source.title} />],
          [t('indicator.place'), <Data>{source.place || noValue}</Data>],
          [t('indicator.asPrintedTarget'), <Data>{indicator.targetText || noValue}</Data>],
          [t('indicator.asPrintedValue'), <Data>{indicator.valueText || noValue}</Data>],
          [t('indicator.printedStatus'), <Data>{printedStatus ?? noValue}</Data>],
          [t('indicator.note'), note ? <Loc of={note} /> : noValue],
        ]}
      />
    </>
  );
}
