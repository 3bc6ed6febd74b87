import { useMemo } from 'react';
import { colourJson } from '../format/jsonText';
import { useTexts } from '../i18n';

/** A record as delivered: its texts stay in the language they came in. */
export function JsonView({ text }: { text: string }) {
  const { t } = useTexts();
  const pieces = useMemo(() => colourJson(text), [text]);
  return (
    <pre className="json" lang="zh" tabIndex={0} aria-label={t('record.body')}>
      {pieces.map((piece, index) => (
        <span key={index} className={`json-${piece.kind}`}>
          {piece.text}
        </span>
      ))}
    </pre>
  );
}
