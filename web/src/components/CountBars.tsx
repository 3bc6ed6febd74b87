import { formatNumber } from '../format/format';
import { useTexts } from '../i18n';

/** Counts as bars from zero, longest as wide as the place allows. */
export function CountBars({ rows }: { rows: [name: string, count: number][] }) {
  const { t } = useTexts();
  const most = Math.max(1, ...rows.map(([, count]) => count));
  if (rows.length === 0) return <p className="faint">{t('delivery.nothing')}</p>;
  return (
    <ul className="count-bars">
      {rows.map(([name, count]) => (
        <li key={name}>
          <span>{name}</span>
          <i aria-hidden style={{ width: `${(count / most) * 100}%` }} />
          <span className="num">{formatNumber(count)}</span>
        </li>
      ))}
    </ul>
  );
}
