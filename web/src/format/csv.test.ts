import { expect, it } from 'vitest';
import { writeCsv } from './csv';

it('writeCsv: quotes what needs it, missing values stay empty, starts with the byte order mark', () => {
  expect(writeCsv(['街道', 'n'], [['a,"b"', 1], ['c', null]])).toBe('\uFEFF街道,n\r\n"a,""b""",1\r\nc,\r\n');
});
