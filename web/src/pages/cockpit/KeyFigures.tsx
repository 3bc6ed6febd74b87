import { Tooltip } from 'antd';
import type { CSSProperties } from 'react';
import { Link } from 'react-router-dom';
import type { KeyFigure } from '../../api/types';
import { formatInstant, formatNumber, noValue } from '../../format/format';
import { Loc, useTexts } from '../../i18n';
import { useAddress } from '../../state/useAddress';

/** Where the records behind a figure are listed. */
const lists: [pattern: RegExp, path: string][] = [
  [/problem|quarantine|deliver/, '/deliveries'],
  [/resident|people|population/, '/residents'],
];

/** The wall is seen by visitors: population, services and institutions only. Disease reports are
 *  published by the authorised department alone, and problem data are internal. */
const forVisitors = new Set(['residents', 'older-residents', 'visits', 'visitors', 'managed', 'institutions']);

export function KeyFigures({ items, wall }: { items: KeyFigure[]; wall: boolean }) {
  const shown = wall ? items.filter(({ id }) => forVisitors.has(id)) : items;
  return (
    <div className="key-figures" style={figureColumns(shown.length)}>
      {shown.map((item) => (
        <Figure key={item.id} item={item} wall={wall} />
      ))}
    </div>
  );
}

/** Full rows only: all in one, or halves where there is less room. */
function figureColumns(count: number): CSSProperties {
  return { '--columns': count, '--half': Math.ceil(count / 2) } as CSSProperties;
}

function Figure({ item, wall }: { item: KeyFigure; wall: boolean }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const path = wall ? undefined : lists.find(([pattern]) => pattern.test(item.id))?.[1];
  const about = [loc(item.basis), loc(item.note), item.source && t('chart.source', { source: loc(item.source) })];
  const body = (
    <>
      <div className="figure-name">
        <Loc of={item.name} />
      </div>
      <div className="figure-value">
        <span className="num">{typeof item.value === 'number' ? formatNumber(item.value, 1) : (item.value ?? noValue)}</span>
        <small>
          <Loc of={item.unit} />
        </small>
      </div>
      <div className="figure-basis">
        <Loc of={item.basis ?? item.note} />
      </div>
      {item.asOf && <div className="figure-as-of num">{t('figure.asOf', { time: formatInstant(item.asOf) })}</div>}
    </>
  );
  return (
    <Tooltip title={about.filter(Boolean).join(' · ')}>
      {path ? (
        <Link className="figure" to={link(path)}>
          {body}
        </Link>
      ) : (
        <div className="figure">{body}</div>
      )}
    </Tooltip>
  );
}
