import { useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown, Segmented, Select } from 'antd';
import { Download } from 'lucide-react';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { documentAddress, useChapter, type Chapter } from '../../api/chapters';
import { Card } from '../../components/Card';
import { Answer } from '../../components/States';
import { formatInstant } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { readChoice } from '../../state/address';
import { useAddress } from '../../state/useAddress';
import { ComparePart } from './ComparePart';
import { Entry } from './Entry';
import { PassBar } from './PassBar';
import './chapters.css';

const parts = ['read', 'compare', 'log'] as const;

/** One report: read, edited entry by entry, compared, passed on. */
export function Component() {
  const { id = '' } = useParams();
  const { value } = useAddress();
  const chapter = useChapter(id, value('version'));
  return (
    <div className="page">
      <Answer of={chapter} rows={14}>
        {(data) => <Paper key={data.id} chapter={data} />}
      </Answer>
    </div>
  );
}
Component.displayName = 'ChapterPage';

function Paper({ chapter }: { chapter: Chapter }) {
  const { t } = useTexts();
  const { value, change, link } = useAddress();
  const client = useQueryClient();
  const part = readChoice(value('part'), parts, 'read');
  const refresh = () => client.invalidateQueries({ predicate: ({ queryKey }) => ['/api/chapters', '/api/tasks'].some((path) => String(queryKey[0]).startsWith(path)) });
  return (
    <>
      <div className="page-head">
        <div>
          <Link to={link('/indicators/reports', { version: null, part: null })}>{t('chapters.back')}</Link>
          <h1>
            <Data>{chapter.title}</Data>
          </h1>
          <p className="page-sub">
            {chapter.states.map(({ id, name }) => (
              <span key={id} className="tag">
                <Loc of={name} />
              </span>
            ))}{' '}
            {t('chapters.versionN', { n: chapter.version })}
          </p>
        </div>
        <div className="page-acts">
          <Dropdown
            trigger={['click']}
            menu={{
              items: (['html', 'docx', 'pdf'] as const).map((format) => ({
                key: format,
                label: (
                  <a href={documentAddress(chapter.id, chapter.shown, format)} target="_blank" rel="noreferrer">
                    {t(`chapters.${format}`)}
                  </a>
                ),
              })),
            }}
          >
            <Button icon={<Download size={14} aria-hidden />}>{t('chapters.document')}</Button>
          </Dropdown>
        </div>
      </div>
      <PassBar chapter={chapter} onDone={refresh} />
      <div className="filters">
        <Segmented aria-label={t('chapters.parts')} value={part} options={parts.map((one) => ({ value: one, label: t(`chapters.${one}`) }))} onChange={(one) => change({ part: one === 'read' ? null : one })} />
        <Select
          value={chapter.shown}
          aria-label={t('chapters.shown')}
          options={[...chapter.versions].reverse().map(({ number, by_name }) => ({ value: number, label: `${t('chapters.versionN', { n: number })} · ${by_name}` }))}
          onChange={(number: number) => change({ version: number === chapter.version ? null : number })}
        />
      </div>
      {part === 'read' && <Text chapter={chapter} onSaved={refresh} />}
      {part === 'compare' && <ComparePart chapter={chapter} />}
      {part === 'log' && <Steps chapter={chapter} />}
    </>
  );
}

function Text({ chapter, onSaved }: { chapter: Chapter; onSaved: () => Promise<unknown> }) {
  const [open, setOpen] = useState('');
  const sections = [...new Set(chapter.entries.map(({ section }) => section))];
  return (
    <>
      {sections.map((section) => (
        <Card key={section} title={<Data>{section}</Data>} className="chapter-paper">
          {chapter.entries
            .filter((entry) => entry.section === section)
            .map((entry) => (
              <Entry key={`${entry.key}-${chapter.shown}`} chapter={chapter} entry={entry} open={open} setOpen={setOpen} onSaved={onSaved} />
            ))}
        </Card>
      ))}
    </>
  );
}

/** Who passed it on or returned it, and which versions there were. */
function Steps({ chapter }: { chapter: Chapter }) {
  const { t } = useTexts();
  return (
    <>
      <Card title={t('chapters.log')}>
        <ol className="chapter-steps">
          {chapter.flow.log.map((entry) => (
            <li key={entry.number}>
              <b>
                <Loc of={entry.name} />
              </b>{' '}
              <Data>{entry.user_name ?? entry.user}</Data> <span className="secondary num">{formatInstant(entry.at)}</span>
              {entry.states?.map(({ id, name }) => (
                <span key={id} className="tag">
                  <Loc of={name} />
                </span>
              ))}
              {entry.reason && (
                <p>
                  <Data>{entry.reason}</Data>
                </p>
              )}
            </li>
          ))}
        </ol>
      </Card>
      <Card title={t('chapters.versions')}>
        <ol className="chapter-steps">
          {chapter.versions.map((one) => (
            <li key={one.number}>
              <b>{t('chapters.versionN', { n: one.number })}</b> <Data>{one.by_name}</Data> <span className="secondary num">{formatInstant(one.at)}</span>{' '}
              <span className="secondary">{one.number === 1 ? t('chapters.first') : t('chapters.entriesChanged', { n: one.changed.length })}</span>
              {one.note && (
                <p>
                  <Data>{one.note}</Data>
                </p>
              )}
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}
