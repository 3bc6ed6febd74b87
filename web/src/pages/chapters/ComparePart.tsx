import { Select } from 'antd';
import { useState } from 'react';
import { useChapterCompare, type Chapter, type ChapterCompare } from '../../api/chapters';
import { Card } from '../../components/Card';
import { Answer, Nothing } from '../../components/States';
import { Data, useTexts } from '../../i18n';

/** What one version has that another has not, entry by entry. */
export function ComparePart({ chapter }: { chapter: Chapter }) {
  const { t } = useTexts();
  const [from, setFrom] = useState<number>();
  const against = from !== undefined && from < chapter.shown ? from : Math.max(1, chapter.shown - 1);
  const compare = useChapterCompare(chapter.id, chapter.shown, against);
  return (
    <Card
      title={t('chapters.compare')}
      extra={
        <Select
          value={against}
          aria-label={t('chapters.from', { n: against })}
          options={chapter.versions.filter(({ number }) => number < chapter.shown || number === 1).map(({ number }) => ({ value: number, label: t('chapters.from', { n: number }) }))}
          onChange={setFrom}
        />
      }
    >
      <Answer of={compare} rows={8}>
        {(data) => <Changes items={data.items.filter(({ kind }) => kind !== 'same')} />}
      </Answer>
    </Card>
  );
}

function Changes({ items }: { items: ChapterCompare['items'] }) {
  const { t } = useTexts();
  if (items.length === 0) return <Nothing title={t('chapters.noChange')}>{t('chapters.noChangeText')}</Nothing>;
  return (
    <ul className="chapter-changes">
      {items.map((one) => (
        <li key={one.key}>
          <p className="secondary">
            <Data>{one.section}</Data> · {t(`chapters.kind.${one.kind}`)}
          </p>
          <p lang="zh">
            {[...one.heading.map((piece) => ({ ...piece, bold: true })), ...one.text.map((piece) => ({ ...piece, bold: false }))].map((piece, index) =>
              piece.mark === 'added' ? <ins key={index}>{piece.text}</ins> : piece.mark === 'removed' ? <del key={index}>{piece.text}</del> : piece.bold ? <b key={index}>{piece.text}</b> : <span key={index}>{piece.text}</span>,
            )}
          </p>
        </li>
      ))}
    </ul>
  );
}
