import { afterEach, describe, expect, it, vi } from 'vitest';
import { ApiError, get, post, remove, setCsrfToken } from '../api/client';
import type { Session } from '../api/types';
import { plainInSvg } from '../format/svg';
import { firstPage, pageOf } from '../shell/pages';
import { isLoggedOut, may, readerOf } from './session';

const session = (permissions: string[], accounts = true): Session => ({
  accounts,
  user: 'li.na',
  display: '李娜',
  roles: [],
  areas: ['*'],
  permissions,
  mustChange: false,
  secondFactor: false,
  csrf: 'x',
  idleUntil: null,
  ends: null,
});

afterEach(() => {
  vi.unstubAllGlobals();
  setCsrfToken('');
});

describe('what a reader is offered', () => {
  it('follows the permissions of the session', () => {
    expect(may(session(['residents:read']), 'residents:read')).toBe(true);
    expect(may(session(['residents:read']), 'indicators:read')).toBe(false);
    expect(may(session([]), undefined)).toBe(true);
  });
  it('begins at the first page that is the reader’s', () => {
    expect(firstPage(session(['indicators:read', 'residents:read']))).toBe('/');
    expect(firstPage(session(['residents:read']))).toBe('/residents');
    expect(firstPage(session(['users:read', 'policy:read']))).toBe('/system/users');
    expect(firstPage(session(['audit:read', 'users:read', 'policy:read']))).toBe('/system/audit');
    expect(firstPage(session([]))).toBe('/system');
  });
  it('an address belongs to the page with the longest path', () => {
    expect(pageOf('/system/users')?.path).toBe('/system/users');
    expect(pageOf('/system')?.path).toBe('/system');
    expect(pageOf('/residents/12')?.path).toBe('/residents');
    expect(pageOf('/')?.path).toBe('/');
    expect(pageOf('/residentsx')).toBeUndefined();
  });
  it('names the reader on pages with persons, and nobody without accounts', () => {
    expect(readerOf(session([]))).toBe('李娜');
    expect(readerOf(session([], false))).toBe('');
    expect(readerOf(null)).toBe('');
  });
});

describe('requests of a session', () => {
  const headersOf = async (act: () => Promise<unknown>) => {
    const sent: (RequestInit | undefined)[] = [];
    vi.stubGlobal('fetch', (_path: string, init?: RequestInit) => {
      sent.push(init);
      return Promise.resolve(new Response('{}'));
    });
    await act();
    return new Headers(sent[0]?.headers);
  };
  it('carry the token when they change something, and only then', async () => {
    setCsrfToken('secret');
    expect((await headersOf(() => post('/api/x'))).get('X-CSRF-Token')).toBe('secret');
    expect((await headersOf(() => remove('/api/x'))).get('X-CSRF-Token')).toBe('secret');
    expect((await headersOf(() => get('/api/x'))).get('X-CSRF-Token')).toBeNull();
  });
  it('tell a log-out from other refusals', () => {
    expect(isLoggedOut(new ApiError(401, 'unauthenticated', '', '', ''))).toBe(true);
    expect(isLoggedOut(new ApiError(403, 'forbidden', '', '', ''))).toBe(false);
    expect(isLoggedOut(null)).toBe(false);
  });
});

it('a name cannot leave its place in the watermark', () => {
  expect(plainInSvg('<a b="1">&\'')).toBe('&lt;a b=&quot;1&quot;&gt;&amp;&apos;');
});
