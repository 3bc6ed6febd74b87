import { describe, expect, it } from 'vitest';
import { changed, linkTo, readChoice, readCount } from './address';

describe('changed', () => {
  it('puts area and period first, sorts the rest and drops empty values', () => {
    const next = changed(new URLSearchParams('status=missed&area=7701'), { q: '率', status: '', period: '2025' });
    expect(decodeURIComponent(next.toString())).toBe('area=7701&period=2025&q=率');
  });
});

describe('linkTo', () => {
  it('keeps area and period and leaves page filters behind', () => {
    const here = new URLSearchParams('area=7701&period=2025-Q3&status=missed&page=4');
    expect(linkTo('/residents', here)).toBe('/residents?area=7701&period=2025-Q3');
  });
  it('keeps what the target itself asks for', () => {
    const here = new URLSearchParams('area=7701');
    expect(linkTo('/indicators?plan=a', here, { open: 'x-1' })).toBe('/indicators?area=7701&open=x-1&plan=a');
  });
  it('is the bare path when nothing is held', () => {
    expect(linkTo('/', new URLSearchParams())).toBe('/');
  });
});

describe('readCount, readChoice', () => {
  it('falls back on nonsense in the address', () => {
    expect(readCount('3', 1)).toBe(3);
    for (const text of [null, '', '-1', '0', '1e3', '99999999999', '2;drop']) expect(readCount(text, 1)).toBe(1);
    expect(readChoice('desc', ['asc', 'desc'], 'asc')).toBe('desc');
    expect(readChoice('up', ['asc', 'desc'], 'asc')).toBe('asc');
  });
});
