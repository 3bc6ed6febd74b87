import { Button, Tooltip } from 'antd';
import { Maximize } from 'lucide-react';
import { useCockpit, useStatus } from '../../api/hooks';
import type { Board, BoardSection } from '../../api/types';
import { Card } from '../../components/Card';
import { Answer, Failed } from '../../components/States';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { usePeriodName } from '../../state/usePeriod';
import { useWide } from '../../state/useWide';
import { AreaSection } from './AreaSection';
import { FreshnessSection } from './FreshnessSection';
import { KeyFigures } from './KeyFigures';
import { MeasureSections, workHeight } from './MeasureSections';
import { PlanSection } from './PlanSection';
import { PyramidSection } from './PyramidSection';
import { TilesSection } from './TilesSection';
import { SeriesSection } from './SeriesSection';
import { Wall } from './Wall';
import { WeeksSection } from './WeeksSection';
import './cockpit.css';

/** Up to so many indicators the plan leaves room below itself. */
const shortPlan = 30;
const twoColumns = 1561; // pixels, as in cockpit.css

type Kind = BoardSection['kind'];
type Of<K extends Kind> = BoardSection extends infer S ? (S extends { kind: infer Own } ? (K extends Own ? S : never) : never) : never;
const section = <K extends Kind>(board: Board, kind: K) =>
  board.sections.find((candidate) => candidate.kind === kind) as Of<K> | undefined;

export function Component() {
  const wall = useAddress().value('wall') === '1';
  return <div className="page cockpit">{wall ? <Wall /> : <Desk />}</div>;
}
Component.displayName = 'CockpitPage';

function Desk() {
  const { t } = useTexts();
  const { area, period, change } = useAddress();
  const board = useCockpit({ area, period });
  const toWall = () => {
    change({ wall: 1 }, true);
    // full screen may be refused (no user gesture, old device); the dark wall page then stands alone
    void document.documentElement.requestFullscreen?.().catch(() => undefined);
  };
  return (
    <>
      <div className="page-head">
        <CockpitTitle />
        <Tooltip title={t('wall.explain')}>
          <Button className="wall-enter" icon={<Maximize size={14} aria-hidden />} onClick={toWall}>
            {t('wall.enter')}
          </Button>
        </Tooltip>
      </div>
      {board.isError ? (
        <Card>
          <Failed error={board.error} retry={() => void board.refetch()} />
        </Card>
      ) : (
        <Answer of={board} rows={10}>
          {(data) => <Sections board={data} dimmed={board.isPlaceholderData} />}
        </Answer>
      )}
    </>
  );
}

function CockpitTitle() {
  const { t } = useTexts();
  const status = useStatus();
  const { period } = useAddress();
  const name = usePeriodName();
  return (
    <div>
      <h1>{t('nav.cockpit')}</h1>
      <p className="page-sub">
        {status.data ? (
          <>
            {status.data.store.name.zh && (
              <>
                <Loc of={status.data.store.name} /> ·{' '}
              </>
            )}
            {name(period || status.data.now.slice(0, 4))} ·{' '}
            {t('cockpit.dataTo', { day: status.data.now })}
          </>
        ) : (
          '\u00a0'
        )}
      </p>
    </div>
  );
}

function Sections({ board, dimmed }: { board: Board; dimmed: boolean }) {
  const figures = section(board, 'key-figures');
  const plans = section(board, 'plans');
  const areas = section(board, 'areas');
  const series = section(board, 'series');
  const weeks = section(board, 'weeks');
  const pyramid = section(board, 'pyramid');
  const freshness = section(board, 'freshness');
  const cards = section(board, 'measure-cards');
  const map = section(board, 'measure-map');
  const ranking = section(board, 'measure-ranking');
  const chosenPlan = useAddress().value('plan');
  const plan = plans?.plans.find(({ id }) => id === chosenPlan) ?? plans?.plans[0];
  const rows = plan?.fields.reduce((sum, { indicators }) => sum + indicators.length, 0) ?? 0;
  const freshnessLeft = useWide(twoColumns) && rows <= shortPlan;
  const fresh = freshness && <FreshnessSection section={freshness} />;
  return (
    <div className={dimmed ? 'dimmed' : ''} aria-busy={dimmed}>
      <MeasureSections cards={cards} map={map} ranking={ranking}>
        {pyramid && <PyramidSection section={pyramid} quiet={false} height={workHeight} />}
        {weeks && <WeeksSection section={weeks} />}
      </MeasureSections>
      {figures && <KeyFigures items={figures.items} />}
      <TilesSection board={board.id} />
      <div className="cockpit-grid">
        <div className="cockpit-main">
          {plans && <PlanSection title={plans.title} plans={plans.plans} />}
          {freshnessLeft && fresh}
        </div>
        <div className="cockpit-side">
          {areas && <AreaSection section={areas} quiet={false} withMap={!map} />}
          {series && <SeriesSection section={series} quiet={false} />}
          {!freshnessLeft && fresh}
        </div>
      </div>
    </div>
  );
}
