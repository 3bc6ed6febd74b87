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

export function KeyFigures({ items }: { items: KeyFigure[] }) {
  return (
    <div className="key-figures" style={figureColumns(items.length)}>
      {items.map((item) => (
        <Figure key={item.id} item={item} />
      ))}
    </div>
  );
}

/** Full rows only: all in one, or halves where there is less room. */
function figureColumns(count: number): CSSProperties {
  return { '--columns': count, '--half': Math.ceil(count / 2) } as CSSProperties;
}

function Figure({ item }: { item: KeyFigure }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  const path = lists.find(([pattern]) => pattern.test(item.id))?.[1];
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
