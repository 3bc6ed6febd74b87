import { useMemo } from 'react';
import { formatInstant } from '../format/format';
import { plainInSvg } from '../format/svg';
import { useTexts } from '../i18n';
import { readerOf, useSession } from '../state/session';

/** “内部资料 注意保密” and the reader's name and time across pages with persons. In a store
 *  without accounts the only reader is the local one. */
export function Watermark() {
  const { t } = useTexts();
  const reader = readerOf(useSession()) || t('shell.local');
  const text = useMemo(
    () => plainInSvg(`${t('internal.reader')} · ${reader} ${formatInstant(new Date().toISOString())}`),
    [t, reader],
  );
  const mark = useMemo(() => {
    const svg =
      `<svg xmlns="http://www.w3.org/2000/svg" width="360" height="200"><text x="20" y="130" ` +
      `transform="rotate(-20 180 100)" font-family="sans-serif" font-size="13" fill="#7A8797" ` +
      `fill-opacity="0.13">${text}</text></svg>`;
    return `url("data:image/svg+xml,${encodeURIComponent(svg)}")`;
  }, [text]);
  return <div className="watermark" style={{ backgroundImage: mark }} aria-hidden="true" />;
}

export function InternalMark() {
  const { t } = useTexts();
  return <span className="internal">{t('internal.mark')}</span>;
}
