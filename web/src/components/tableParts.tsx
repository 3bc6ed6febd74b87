import type { TablePaginationConfig } from 'antd';
import type { HTMLAttributes, KeyboardEvent } from 'react';
import type { Page } from '../api/types';
import { formatNumber } from '../format/format';
import type { Texts } from '../i18n';
import type { Changes } from '../state/address';

/** A row that opens by click, Enter or space. */
export function rowOpens(open: () => void): HTMLAttributes<HTMLElement> {
  return {
    onClick: open,
    tabIndex: 0,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.target !== event.currentTarget || (event.key !== 'Enter' && event.key !== ' ')) return;
      event.preventDefault();
      open();
    },
  };
}

/** Paging by the hub; page and size stand in the address. */
export function pagination(
  list: Page<unknown>,
  page: number,
  size: number,
  t: Texts['t'],
  change: (changes: Changes) => void,
): TablePaginationConfig | false {
  if (list.total <= 20 && page === 1) return false;
  return {
    current: page,
    pageSize: size,
    total: list.total,
    showSizeChanger: true,
    pageSizeOptions: [20, 50, 100, 200],
    size: 'small',
    placement: ['bottomEnd'],
    showTotal: (total) =>
      t(list.totalIsAtLeast ? 'table.totalAtLeast' : 'table.total', { n: formatNumber(total) }),
    onChange: (next, nextSize) =>
      change({ page: nextSize === size && next > 1 ? next : null, size: nextSize === 50 ? null : nextSize }),
  };
}
