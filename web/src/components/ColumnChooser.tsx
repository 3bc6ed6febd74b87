import { Button, Checkbox, Popover } from 'antd';
import { Columns3 } from 'lucide-react';
import { useState } from 'react';
import { useTexts } from '../i18n';
import { readStored, store } from '../state/preferences';

/** Columns shown of a table, remembered in this browser. */
export function useColumns<K extends string>(
  table: string,
  all: readonly K[],
  hidden: readonly K[],
): [K[], (shown: K[]) => void] {
  const [shown, setShown] = useState<K[]>(() => {
    const stored = readStored(`columns.${table}`)?.split(',');
    return all.filter((key) => (stored ? stored.includes(key) : !hidden.includes(key)));
  });
  const change = (next: K[]) => {
    store(`columns.${table}`, next.join(','));
    setShown(next);
  };
  return [shown, change];
}

interface Props<K extends string> {
  all: readonly K[];
  shown: readonly K[];
  label: (key: K) => string;
  onChange: (shown: K[]) => void;
}

export function ColumnChooser<K extends string>({ all, shown, label, onChange }: Props<K>) {
  const { t } = useTexts();
  const toggle = (key: K, on: boolean) =>
    onChange(all.filter((one) => (one === key ? on : shown.includes(one))));
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <div className="column-list">
          {all.map((key) => (
            <Checkbox
              key={key}
              checked={shown.includes(key)}
              disabled={shown.length === 1 && shown.includes(key)}
              onChange={(event) => toggle(key, event.target.checked)}
            >
              {label(key)}
            </Checkbox>
          ))}
        </div>
      }
    >
      <Button icon={<Columns3 size={14} aria-hidden />}>{t('table.columns')}</Button>
    </Popover>
  );
}
