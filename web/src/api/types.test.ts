import { existsSync, readFileSync } from 'node:fs';
import openapi, { astToString } from 'openapi-typescript';
import { expect, it } from 'vitest';

const description = new URL('../../../src/server/openapi.yaml', import.meta.url);
const generated = new URL('./openapi.d.ts', import.meta.url);

/** Without white space and the tool's own heading comment. */
const essence = (text: string) => text.replace(/^\/\*\*[\s\S]*?\*\//, '').replace(/\s+/g, '');

it('openapi.d.ts is what `npm run types` makes of the API description today', async () => {
  expect(existsSync(description)).toBe(true);
  const now = astToString(await openapi(description));
  expect(essence(readFileSync(generated, 'utf8'))).toBe(essence(now));
});
