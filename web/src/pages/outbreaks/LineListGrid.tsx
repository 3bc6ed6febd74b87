import { Button, Input, InputNumber, Select } from 'antd';
import { Plus, Trash2 } from 'lucide-react';
import { useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react';
import type { FormItem } from '../../components/form/definition';
import type { Issue } from '../../components/form/check';
import type { Value } from '../../components/form/fhir';
import { addRow, itemPath, pathText, removeRow, rowsOf, same, setValues, type Fill } from '../../components/form/model';
import type { FormState } from '../../components/form/useForm';
import { issueText, valueText } from '../../components/form/words';
import { noValue } from '../../format/format';
import { Data, Loc, useTexts } from '../../i18n';
import { nextNo, paste, readCell, type Pasted } from './lineList';

/** Pixels of a column by what stands in it. */
function widthOf({ type, id }: FormItem): number {
  if (id === 'no') return 68;
  if (type === 'integer' || type === 'decimal') return 84;
  if (type === 'date') return 136;
  return type === 'choice' ? 116 : id === 'name' ? 92 : 140;
}

/** A repeating group as a grid: one row each, a cell for every question; cells of a spreadsheet can be pasted. */
export function LineListGrid({ state, group }: { state: FormState; group: FormItem }) {
  const { t, loc } = useTexts();
  const [refused, setRefused] = useState<Pasted['refused']>([]);
  const table = useRef<HTMLTableElement>(null);
  const rows = rowsOf(state.fill, group);
  const focus = (row: number, column: number) =>
    window.setTimeout(() => table.current?.querySelector<HTMLElement>(`[data-cell="${row}:${column}"] input`)?.focus(), 0);

  const add = () => {
    const at = state.fill[group.id]?.length ?? 0;
    state.change(group.id, (fill) => {
      const next = at === 0 ? { ...fill, [group.id]: [{ fill: {} }] } : addRow(fill, [], group);
      const no = group.items.find(({ id }) => id === 'no');
      return no ? setValues(next, [[group.id, at]], no, [nextNo(fill)]) : next;
    });
    focus(at, 1);
  };
  const onPaste = (event: ClipboardEvent, row: number, column: number) => {
    const text = event.clipboardData.getData('text/plain');
    if (!/[\t\n]/.test(text)) return; // one cell is pasted as everywhere
    event.preventDefault();
    const pasted = paste(state.fill, group, text, row, column);
    setRefused(pasted.refused);
    state.change(group.id, () => pasted.fill);
  };
  const onKey = (event: KeyboardEvent, row: number, column: number) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || (event.target as HTMLElement).getAttribute('role') === 'combobox') return;
    event.preventDefault();
    if (row + 1 < rows.length) focus(row + 1, column);
    else add();
  };

  return (
    <>
      <div className="grid-scroll">
        <table className="grid" ref={table} aria-label={loc(state.form.title)}>
          <thead>
            <tr>
              {group.items.map((item) => (
                <th key={item.id} scope="col" style={{ minWidth: widthOf(item) }}>
                  <Loc of={item.text} />
                  {item.required && <span className="form-required" aria-hidden> *</span>}
                </th>
              ))}
              <th className="grid-remove">
                <span className="visually-hidden">{t('lineList.remove')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => (
              <tr key={at}>
                {group.items.map((item, column) => (
                  <td key={item.id} data-cell={`${at}:${column}`} onPaste={(event) => onPaste(event, at, column)} onKeyDown={(event) => onKey(event, at, column)}>
                    <Cell state={state} group={group} item={item} at={at} fill={row.fill} />
                  </td>
                ))}
                <td className="grid-remove">
                  <Button type="text" size="small" icon={<Trash2 size={14} aria-hidden />} aria-label={t('lineList.removeRow', { n: at + 1 })} onClick={() => state.change(group.id, (fill) => removeRow(fill, [], group, at))} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="grid-foot">
        <Button type="dashed" icon={<Plus size={14} aria-hidden />} onClick={add}>
          {t('lineList.add')}
        </Button>
        <span className="form-help">{t('lineList.pasteHelp')}</span>
      </div>
      {refused.length > 0 && (
        <div className="form-faults" role="alert">
          <b>{t('lineList.refused', { n: refused.length })}</b>
          <ul>
            {refused.slice(0, 10).map(({ row, item, text }, index) => (
              <li key={index}>
                {t('lineList.refusedCell', { n: row + 1, name: loc(item.text) })} <Data>{text}</Data>
              </li>
            ))}
          </ul>
        </div>
      )}
      <GridIssues state={state} group={group} />
    </>
  );
}

/** Faults below the grid, each with its row; in the grid the cell is marked. */
function GridIssues({ state, group }: { state: FormState; group: FormItem }) {
  const texts = useTexts();
  const { t, loc } = texts;
  const rows = rowsOf(state.fill, group).length;
  const lines: { key: string; where: string; issue: Issue }[] = [];
  for (const issue of [...state.shown(''), ...state.shown(group.id)]) lines.push({ key: `- ${lines.length}`, where: '', issue });
  for (let at = 0; at < rows; at += 1) {
    const row = pathText([[group.id, at]]);
    if (at > 0) for (const issue of state.shown(row)) lines.push({ key: `${row} ${lines.length}`, where: t('lineList.row', { n: at + 1 }), issue });
    for (const item of group.items) {
      for (const issue of state.shown(itemPath([[group.id, at]], item))) lines.push({ key: `${row} ${lines.length}`, where: t('lineList.refusedCell', { n: at + 1, name: loc(item.text) }), issue });
    }
  }
  if (lines.length === 0) return null;
  return (
    <div className="form-faults" role="alert" tabIndex={-1} id={`${state.id}-faults`}>
      {lines.slice(0, 20).map(({ key, where, issue }) => (
        <p key={key} className={issue.severity === 'error' ? 'form-issue' : 'form-warning'}>
          {where} <Loc of={issueText(issue, texts)} />
        </p>
      ))}
    </div>
  );
}

interface CellProps {
  state: FormState;
  group: FormItem;
  item: FormItem;
  at: number;
  fill: Fill;
}

function Cell({ state, group, item, at, fill }: CellProps) {
  const { t, loc } = useTexts();
  const value = fill[item.id]?.[0]?.value;
  const path = itemPath([[group.id, at]], item);
  const wrong = state.shown(path).some(({ severity }) => severity === 'error');
  const set = (next: Value | undefined) => state.change(path, (now) => setValues(now, [[group.id, at]], item, next === undefined ? [] : [next]));
  const common = { 'aria-label': t('lineList.cell', { name: loc(item.text), n: at + 1 }), 'aria-invalid': wrong || undefined, status: wrong ? ('error' as const) : ('' as const), variant: 'borderless' as const, onBlur: () => state.left(path) };
  if (item.options.length > 0) {
    const chosen = item.options.findIndex((one) => value !== undefined && same(one.value, value));
    return <Select {...common} allowClear popupMatchSelectWidth={false} value={chosen < 0 ? undefined : chosen} options={item.options.map((one, index) => ({ value: index, label: loc(one.text) }))} onChange={(index?: number) => set(index === undefined ? undefined : item.options[index]?.value)} />;
  }
  if (item.type === 'integer' || item.type === 'decimal') {
    return <InputNumber {...common} controls={false} value={typeof value === 'number' ? value : null} onChange={(next) => set(typeof next === 'number' ? next : undefined)} />;
  }
  if (item.type === 'date') {
    const text = typeof value === 'string' ? value : '';
    const leave = () => {
      set(readCell(item, text) ?? (text || undefined)); // 2026/3/5 becomes 2026-03-05; what is no day stays and is marked
      state.left(path);
    };
    return <Input {...common} inputMode="numeric" placeholder={t('lineList.dayHint')} value={text} onBlur={leave} onChange={(event) => set(event.target.value || undefined)} />;
  }
  return <Input {...common} value={typeof value === 'string' ? value : ''} onChange={(event) => set(event.target.value || undefined)} />;
}

/** The same rows to be read. */
export function LineListTable({ fill, group, label }: { fill: Fill; group: FormItem; label: string }) {
  const texts = useTexts();
  return (
    <div className="grid-scroll" tabIndex={0} role="group" aria-label={label}>
      <table className="grid grid-read">
        <thead>
          <tr>
            {group.items.map((item) => (
              <th key={item.id} scope="col">
                <Loc of={item.text} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rowsOf(fill, group).map((row, at) => (
            <tr key={at}>
              {group.items.map((item) => {
                const value = row.fill[item.id]?.[0]?.value;
                return (
                  <td key={item.id} className={item.type === 'integer' || item.type === 'date' ? 'num' : ''}>
                    {value === undefined ? <span className="faint">{noValue}</span> : <Data>{valueText(item, value, texts)}</Data>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
