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
import { PlanSection } from './PlanSection';
import { SeriesSection } from './SeriesSection';
import './cockpit.css';

/** Up to so many indicators the plan leaves room below itself. */
const shortPlan = 30;
const twoColumns = 1561; // pixels, as in cockpit.css

type Kind = BoardSection['kind'];
const section = <K extends Kind>(board: Board, kind: K) =>
  board.sections.find((candidate): candidate is Extract<BoardSection, { kind: K }> => candidate.kind === kind);

export function Component() {
  const { t } = useTexts();
  const { area, period, value, change } = useAddress();
  const wall = value('wall') === '1';
  const board = useCockpit({ area, period });

  const toWall = () => {
    change({ wall: 1 }, true);
    // full screen may be refused (no user gesture, old device); the dark wall page then stands alone
    void document.documentElement.requestFullscreen?.().catch(() => undefined);
  };
  return (
    <div className="page cockpit">
      {!wall && (
        <div className="page-head">
          <CockpitTitle />
          <Tooltip title={t('wall.explain')}>
            <Button className="wall-enter" icon={<Maximize size={14} aria-hidden />} onClick={toWall}>
              {t('wall.enter')}
            </Button>
          </Tooltip>
        </div>
      )}
      {board.isError ? (
        <Card>
          <Failed error={board.error} retry={() => void board.refetch()} />
        </Card>
      ) : (
        <Answer of={board} rows={10}>
          {(data) => <Sections board={data} wall={wall} dimmed={board.isPlaceholderData} />}
        </Answer>
      )}
    </div>
  );
}
Component.displayName = 'CockpitPage';

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

/** The wall shows totals and published plans only: no deliveries, no problem data, no persons. */
function Sections({ board, wall, dimmed }: { board: Board; wall: boolean; dimmed: boolean }) {
  const chosenPlan = useAddress().value('plan');
  const figures = section(board, 'key-figures');
  const plans = section(board, 'plans');
  const areas = section(board, 'areas');
  const series = section(board, 'series');
  const freshness = section(board, 'freshness');
  const fresh = freshness && !wall && <FreshnessSection section={freshness} />;
  const plan = plans?.plans.find(({ id }) => id === chosenPlan) ?? plans?.plans[0];
  const rows = plan?.fields.reduce((sum, { indicators }) => sum + indicators.length, 0) ?? 0;
  const freshnessLeft = useWide(twoColumns) && rows <= shortPlan;
  return (
    <div className={dimmed ? 'dimmed' : ''} aria-busy={dimmed}>
      {figures && <KeyFigures items={figures.items} wall={wall} />}
      <div className="cockpit-grid">
        <div className="cockpit-main">
          {plans && <PlanSection title={plans.title} plans={plans.plans} />}
          {freshnessLeft && fresh}
        </div>
        <div className="cockpit-side">
          {areas && <AreaSection section={areas} quiet={wall} />}
          {series && <SeriesSection section={series} quiet={wall} />}
          {!freshnessLeft && fresh}
        </div>
      </div>
    </div>
  );
}
