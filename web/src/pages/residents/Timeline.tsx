import { Button } from 'antd';
import { useEffect, useRef } from 'react';
import { useTimeline } from '../../api/hooks';
import type { ResidentDetail, TimelineItem } from '../../api/types';
import { Card } from '../../components/Card';
import { BlockLoading, Failed, Nothing } from '../../components/States';
import { formatNumber } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';
import { byYear } from './timeline';
import { useCode } from './useCode';

/** Everything known of a resident, newest first; one chip per kind of record. */
export function Timeline({ resident }: { resident: ResidentDetail }) {
  const { t } = useTexts();
  const { value, change } = useAddress();
  const type = value('type');
  const line = useTimeline(String(resident.id), type);
  const items = line.data?.pages.flatMap((page) => page.items) ?? [];
  const total = line.data?.pages[0]?.total ?? 0;

  return (
    <Card
      title={t('timeline.title')}
      note={line.data && t('timeline.shown', { shown: formatNumber(items.length), total: formatNumber(total) })}
    >
      <TypeChips resident={resident} chosen={type} onChoose={(next) => change({ type: next })} />
      {line.isError ? (
        <Failed error={line.error} retry={() => void line.refetch()} />
      ) : line.isLoading ? (
        <BlockLoading rows={10} />
      ) : items.length === 0 ? (
        <Nothing title={t('timeline.none')}>{t('timeline.noneText')}</Nothing>
      ) : (
        <Entries items={items} />
      )}
      {line.hasNextPage && <More load={() => void line.fetchNextPage()} loading={line.isFetchingNextPage} />}
    </Card>
  );
}

interface ChipProps {
  resident: ResidentDetail;
  chosen: string;
  onChoose: (type: string | null) => void;
}

function TypeChips({ resident, chosen, onChoose }: ChipProps) {
  const { t } = useTexts();
  const counts = [...resident.counts].sort((one, other) => other.count - one.count);
  return (
    <div className="chips timeline-chips" role="group" aria-label={t('timeline.kinds')}>
      <button type="button" className={chosen === '' ? 'chip chip-on' : 'chip'} aria-pressed={chosen === ''} onClick={() => onChoose(null)}>
        {t('timeline.all')}
      </button>
      {counts.map(({ type, kind, count }) => (
        <button
          type="button"
          key={type}
          className={chosen === type ? 'chip chip-on' : 'chip'}
          aria-pressed={chosen === type}
          onClick={() => onChoose(chosen === type ? null : type)}
        >
          <Loc of={kind} /> <span className="num">{formatNumber(count)}</span>
        </button>
      ))}
    </div>
  );
}

function Entries({ items }: { items: TimelineItem[] }) {
  const { t } = useTexts();
  return (
    <>
      {byYear(items).map(({ year, items: entries }) => (
        <section key={`${year}-${entries[0]?.seq ?? 0}`} className="year">
          <h3 className="num">{year || t('timeline.noDate')}</h3>
          <ol>
            {entries.map((item) => (
              <Entry key={item.seq} item={item} />
            ))}
          </ol>
        </section>
      ))}
    </>
  );
}

function Entry({ item }: { item: TimelineItem }) {
  const detail = useCode(item.detail);
  const { change, value } = useAddress();
  const open = value('record') === String(item.seq);
  return (
    <li>
      <button type="button" className={open ? 'entry row-open' : 'entry'} onClick={() => change({ record: item.seq }, true)}>
        <span className="entry-date num">{item.date?.slice(5, 10) ?? '–'}</span>
        <span className={`entry-kind entry-${item.type}`}>
          <Loc of={item.kind} />
        </span>
        <span className="entry-title">
          <Data>{item.title}</Data>
          {item.code && <code>{item.code}</code>}
        </span>
        <span className="entry-detail">
          <Data>{detail}</Data>
        </span>
        <span className="entry-place">
          <Data>{item.organization}</Data>
        </span>
      </button>
    </li>
  );
}

/** Loads the next page when it comes into sight; the button is for the keyboard. */
function More({ load, loading }: { load: () => void; loading: boolean }) {
  const { t } = useTexts();
  const mark = useRef<HTMLDivElement>(null);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    if (!mark.current || loading) return undefined;
    const observer = new IntersectionObserver((seen) => {
      if (seen.some((entry) => entry.isIntersecting)) latest.current();
    });
    observer.observe(mark.current);
    return () => observer.disconnect();
  }, [loading]);
  return (
    <div ref={mark} className="more">
      <Button onClick={load} loading={loading}>
        {t('timeline.more')}
      </Button>
    </div>
  );
}
