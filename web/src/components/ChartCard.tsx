import { Button, Dropdown, Tooltip } from 'antd';
import { ChartLine, Download, Table2 } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { writeCsv, type CsvValue } from '../format/csv';
import { formatNumber } from '../format/format';
import { formatValue } from '../format/measure';
import { Data, useTexts } from '../i18n';
import { usePreferences } from '../state/preferences';
import { tokens } from '../theme/tokens';
import { Card } from './Card';
import { Chart } from './Chart';
import type { ChartOption } from './chartKit';
import { saveDataUrl, saveText } from './save';

export interface ChartTable {
  columns: string[];
  rows: CsvValue[][];
  /** decimals of a column: all its numbers are shown with as many; up to two where nothing is said */
  decimals?: readonly (number | undefined)[];
}

interface Props {
  title: ReactNode;
  note?: ReactNode;
  source?: ReactNode;
  option: ChartOption;
  table: ChartTable;
  height: number;
  label: string;
  fileName: string;
  extra?: ReactNode;
  /** drawn beside the chart, for example a legend or a second chart */
  beside?: ReactNode;
  onPick?: (picked: { name: string; index: number }) => void;
  quiet?: boolean;
  className?: string;
  /** gets the element that holds the chart */
  boxRef?: (element: HTMLElement | null) => void;
}

/** A chart with its measure, source, table view and downloads. `quiet` leaves the buttons out. */
export function ChartCard(props: Props) {
  const { title, note, source, option, table, height, label, fileName, extra, beside, onPick, quiet, boxRef, className } = props;
  const [asTable, setAsTable] = useState(false);

  return (
    <Card
      className={className}
      title={title}
      note={note}
      extra={
        <>
          {extra}
          {!quiet && (
            <ChartTools option={option} table={table} fileName={fileName} asTable={asTable} onTable={setAsTable} />
          )}
        </>
      }
    >
      {asTable ? (
        <PlainTable table={table} height={height} />
      ) : (
        <div className={beside ? 'chart-pair' : ''} ref={boxRef}>
          <Chart option={option} height={height} label={label} onPick={onPick} />
          {beside}
        </div>
      )}
      {source && <p className="source">{source}</p>}
    </Card>
  );
}

interface ToolProps {
  option: ChartOption;
  table: ChartTable;
  fileName: string;
  asTable: boolean;
  onTable: (on: boolean) => void;
}

const pictureSize = { width: 960, height: 540 }; // CSS pixels; PNG has twice as many

function ChartTools({ option, table, fileName, asTable, onTable }: ToolProps) {
  const { t } = useTexts();
  const { theme } = usePreferences();
  const save = async (kind: string) => {
    if (kind === 'csv') {
      saveText(`${fileName}.csv`, writeCsv(table.columns, table.rows), 'text/csv;charset=utf-8');
      return;
    }
    const { chartKit } = await import('./chartKit');
    const as = kind as 'png' | 'svg';
    const { width, height } = pictureSize;
    saveDataUrl(`${fileName}.${as}`, chartKit.picture(option, as, width, height, tokens[theme].surface));
  };
  const view = asTable ? t('chart.asChart') : t('chart.asTable');
  return (
    <>
      <Tooltip title={view}>
        <Button
          type="text"
          size="small"
          aria-label={view}
          aria-pressed={asTable}
          icon={asTable ? <ChartLine size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
          onClick={() => onTable(!asTable)}
        />
      </Tooltip>
      <Dropdown
        trigger={['click']}
        menu={{
          items: ['png', 'svg', 'csv'].map((key) => ({ key, label: key.toUpperCase() })),
          onClick: ({ key }) => void save(key),
        }}
      >
        <Button type="text" size="small" aria-label={t('chart.download')} icon={<Download size={15} aria-hidden />} />
      </Dropdown>
    </>
  );
}

export function PlainTable({ table, height }: { table: ChartTable; height?: number }) {
  return (
    <div className="plain-table" style={{ maxHeight: height }} tabIndex={0} role="group">
      <table>
        <thead>
          <tr>
            {table.columns.map((column, index) => (
              <th key={column} scope="col" className={index > 0 ? 'right' : ''}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column} className={column > 0 ? 'right num' : ''}>
                  {typeof value === 'string' ? <Data>{value}</Data> : <NumberText value={value} decimals={table.decimals?.[column]} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function NumberText({ value, decimals }: { value: Exclude<CsvValue, string>; decimals?: number }) {
  return <>{decimals === undefined ? formatNumber(value) : formatValue(value, decimals)}</>;
}
