import { Alert, App, Button, Input, Popconfirm, Tooltip } from 'antd';
import { PencilLine, Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { changedFigures, editChapter, partsOf, type Chapter, type ChapterEntry, type EntryEdit } from '../../api/chapters';
import { Data, Loc, useTexts } from '../../i18n';
import { useAct } from '../../state/useAct';
import { useAddress } from '../../state/useAddress';

interface Props {
  chapter: Chapter;
  entry: ChapterEntry;
  /** "change 1.2": the one entry that is being worked on */
  open: string;
  setOpen: (open: string) => void;
  onSaved: () => Promise<unknown>;
}

/** One entry: its text with figures that lead to their indicators; changed, added behind, removed. */
export function Entry({ chapter, entry, open, setOpen, onSaved }: Props) {
  const { t } = useTexts();
  const { message } = App.useApp();
  const { busy, fault, run } = useAct();
  const send = async (edit: EntryEdit) => {
    const made = await run(() => editChapter(chapter.id, chapter.shown, edit));
    if (!made) return;
    setOpen('');
    void message.success(t('chapters.saved', { n: made.version }));
    await onSaved();
  };
  if (entry.table) return <FixedTable table={entry.table} />;
  const mode = open === `change ${entry.key}` ? 'change' : open === `add ${entry.key}` ? 'add' : '';
  return (
    <div className="chapter-entry">
      {mode === 'change' ? <Editor key="change" entry={entry} act="change" busy={busy} fault={fault} onSend={(edit) => void send(edit)} onCancel={() => setOpen('')} /> : <Paragraph entry={entry} />}
      {chapter.may_edit && mode === '' && (
        <div className="chapter-acts">
          <Button size="small" icon={<PencilLine size={13} aria-hidden />} onClick={() => setOpen(`change ${entry.key}`)}>
            {t('chapters.edit')}
          </Button>
          <Button size="small" type="text" icon={<Plus size={13} aria-hidden />} onClick={() => setOpen(`add ${entry.key}`)}>
            {t('chapters.add')}
          </Button>
          <Popconfirm title={t('chapters.removeAsk')} okText={t('chapters.remove')} cancelText={t('chapters.cancel')} onConfirm={() => send({ entry: entry.key, act: 'remove' })}>
            <Button size="small" type="text" icon={<Trash2 size={13} aria-hidden />}>
              {t('chapters.remove')}
            </Button>
          </Popconfirm>
          {fault && <Alert type="error" showIcon title={fault} role="alert" />}
        </div>
      )}
      {mode === 'add' && <Editor key="add" entry={entry} act="add" busy={busy} fault={fault} onSend={(edit) => void send(edit)} onCancel={() => setOpen('')} />}
    </div>
  );
}

function Paragraph({ entry }: { entry: ChapterEntry }) {
  const { t, loc } = useTexts();
  const { link } = useAddress();
  return (
    <p lang="zh">
      {entry.heading && <b>{entry.heading}</b>}
      {partsOf(entry.text).map((part, index) => {
        const figure = entry.figures.find(({ number }) => number === part.figure);
        if (!figure) return <span key={index}>{part.text}</span>;
        const said = figure.changed ? t('chapters.changedByHand', { value: figure.generated, reason: figure.reason }) : loc(figure.name);
        return (
          <Tooltip key={index} title={said}>
            <Link className={figure.changed ? 'chapter-figure chapter-by-hand' : 'chapter-figure'} to={link(`/indicators/computed/${figure.indicator}`, { version: null, part: null })}>
              {part.text}
            </Link>
          </Tooltip>
        );
      })}
    </p>
  );
}

function FixedTable({ table }: { table: NonNullable<ChapterEntry['table']> }) {
  const [head = [], ...rows] = table.rows;
  return (
    <div className="chapter-scroll" lang="zh">
      <table className="simple-table">
        <caption>{table.caption}</caption>
        <thead>
          <tr>
            {head.map((cell, index) => (
              <th key={index} scope="col" className={index > 0 ? 'right' : undefined}>
                {cell.text}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, at) => (
            <tr key={at}>
              {row.map((cell, index) => (
                <td key={index} colSpan={row.length === 1 ? head.length : undefined} className={index > 0 ? 'right num' : undefined}>
                  {cell.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface EditorProps {
  entry: ChapterEntry;
  act: 'change' | 'add';
  busy: boolean;
  fault: string;
  onSend: (edit: EntryEdit) => void;
  onCancel: () => void;
}

function Editor({ entry, act, busy, fault, onSend, onCancel }: EditorProps) {
  const { t } = useTexts();
  const [heading, setHeading] = useState(act === 'change' ? entry.heading : '');
  const [text, setText] = useState(act === 'change' ? entry.text : '');
  const [note, setNote] = useState('');
  const [reasons, setReasons] = useState<Record<string, string>>(() => Object.fromEntries(entry.figures.filter(({ reason }) => reason).map(({ number, reason }) => [number, reason])));
  const changed = act === 'change' ? changedFigures(text, entry.figures) : [];
  const missing = changed.some(({ figure }) => !reasons[figure.number]?.trim());
  const send = () =>
    onSend({ entry: entry.key, act, heading, text, note, reasons: Object.fromEntries(changed.map(({ figure }) => [figure.number, (reasons[figure.number] ?? '').trim()])) });
  return (
    <form
      className="chapter-editor"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Input value={heading} maxLength={60} placeholder={t('chapters.heading')} aria-label={t('chapters.heading')} lang="zh" onChange={(event) => setHeading(event.target.value)} />
      <Input.TextArea autoFocus autoSize={{ minRows: 3, maxRows: 16 }} value={text} maxLength={5000} aria-label={t('chapters.text')} lang="zh" onChange={(event) => setText(event.target.value)} />
      <p className="secondary">{t('chapters.textHelp')}</p>
      {changed.length > 0 && (
        <ul className="chapter-reasons">
          {changed.map(({ figure, printed }) => (
            <li key={figure.number}>
              <span>
                <Loc of={figure.name} />: <s><Data>{figure.generated}</Data></s> → <b>{printed ? <Data>{printed}</Data> : t('chapters.leftOut')}</b>
              </span>
              <Input value={reasons[figure.number] ?? ''} maxLength={500} placeholder={t('chapters.reason')} aria-label={t('chapters.reason')} onChange={(event) => setReasons((now) => ({ ...now, [figure.number]: event.target.value }))} />
            </li>
          ))}
        </ul>
      )}
      <Input value={note} maxLength={500} placeholder={t('chapters.note')} aria-label={t('chapters.note')} onChange={(event) => setNote(event.target.value)} />
      {fault && <Alert type="error" showIcon title={fault} role="alert" />}
      <div className="chapter-acts">
        <Button type="primary" htmlType="submit" loading={busy} disabled={missing || text.trim() === ''}>
          {t('chapters.save')}
        </Button>
        <Button onClick={onCancel}>{t('chapters.cancel')}</Button>
      </div>
    </form>
  );
}
