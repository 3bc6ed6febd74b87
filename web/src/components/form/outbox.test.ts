import { describe, expect, it } from 'vitest';
import { ApiError } from '../../api/client';
import { makeDrafts, newKey, type Draft } from './drafts';
import { memoryStore } from './localStore';
import { isLater, makeOutbox, type Letter } from './outbox';

const letter = (key: string, at = 1): Letter => ({ key, user: 'li', path: '/api/x', body: { key }, title: { zh: '核实', en: 'Verify' }, page: '/tasks/1', at });
const noLine = new ApiError(0, 'unreachable', 'unreachable', '', '');
const stale = new ApiError(409, 'stale', 'the instance has gone on', '已有新的进展', '');

/** A hub that answers as told and remembers what reached it. */
function line(answers: (unknown | Error)[]) {
  const reached: unknown[] = [];
  const send = async (_path: string, body: unknown) => {
    const next = answers.shift();
    if (next instanceof Error) throw next;
    reached.push(body);
    return next;
  };
  return { reached, outbox: makeOutbox(memoryStore<Letter>(), send) };
}

describe('outbox', () => {
  it('what arrives is not kept', async () => {
    const { outbox } = line([{ id: 7 }]);
    expect(await outbox.send(letter('a'))).toEqual({ state: 'sent', answer: { id: 7 } });
    expect(await outbox.list('li')).toEqual([]);
  });
  it('without a line it waits, and is sent with the same key, oldest first', async () => {
    const { outbox, reached } = line([noLine, noLine, {}, {}]);
    expect((await outbox.send(letter('b', 2))).state).toBe('waiting');
    expect((await outbox.send(letter('a', 1))).state).toBe('waiting');
    expect((await outbox.list('li')).map(({ key }) => key)).toEqual(['a', 'b']);
    expect(await outbox.flush('li')).toBe(2);
    expect(reached).toEqual([{ key: 'a' }, { key: 'b' }]);
    expect(await outbox.list('li')).toEqual([]);
  });
  it('the first that finds no line holds those behind it', async () => {
    const { outbox, reached } = line([noLine, noLine, noLine, {}]);
    await outbox.send(letter('a', 1));
    await outbox.send(letter('b', 2));
    expect(await outbox.flush('li')).toBe(0);
    expect(reached).toEqual([]);
    expect(await outbox.list('li')).toHaveLength(2);
  });
  it('two flushes at once send once', async () => {
    const { outbox, reached } = line([noLine, {}, {}]);
    await outbox.send(letter('a'));
    expect(await Promise.all([outbox.flush('li'), outbox.flush('li')])).toEqual([1, 1]);
    expect(reached).toHaveLength(1);
  });
  it('a refusal at once is thrown and nothing stays; a later one stays with its reason and is not sent again', async () => {
    const { outbox, reached } = line([stale, noLine, stale, {}]);
    await expect(outbox.send(letter('a'))).rejects.toBe(stale);
    expect(await outbox.list('li')).toEqual([]);
    await outbox.send(letter('b'));
    expect(await outbox.flush('li')).toBe(0);
    expect((await outbox.list('li'))[0]?.refused).toEqual({ zh: '已有新的进展', en: 'the instance has gone on' });
    expect(await outbox.flush('li')).toBe(0);
    expect(reached).toEqual([]);
    await outbox.drop('b');
    expect(await outbox.list('li')).toEqual([]);
  });
  it("another person's waiting letters are neither sent nor shown", async () => {
    const { outbox, reached } = line([noLine, {}]);
    await outbox.send(letter('a'));
    expect(await outbox.flush('wang')).toBe(0);
    expect(await outbox.list('wang')).toEqual([]);
    expect(reached).toEqual([]);
  });
  it('an ended session, a full hub and a lost line are for later; what the hub decided is not', () => {
    const later = [0, 401, 408, 429, 500, 503].map((status) => isLater(new ApiError(status, '', '', '', '')));
    expect(later).toEqual([true, true, true, true, true, true]);
    expect([400, 403, 404, 409, 422].some((status) => isLater(new ApiError(status, '', '', '', '')))).toBe(false);
    expect(isLater(new Error('a fault of ours'))).toBe(false);
  });
});

describe('drafts', () => {
  const draft = (user: string, place: string): Draft => ({ user, place, form: 'f|1', fill: {}, reason: '', key: newKey(), at: 1 });
  it('are of one person, one place and one version of the form; log-out leaves none', async () => {
    const drafts = makeDrafts(memoryStore<Draft>());
    await drafts.keep(draft('li', 'p'));
    await drafts.keep(draft('wang', 'p'));
    expect((await drafts.read('li', 'p', 'f|1'))?.user).toBe('li');
    expect(await drafts.read('li', 'q', 'f|1')).toBeUndefined();
    expect(await drafts.read('li', 'p', 'f|2')).toBeUndefined();
    await drafts.forgetAll();
    expect(await drafts.read('wang', 'p', 'f|1')).toBeUndefined();
  });
  it('keys are 32 hexadecimal digits and differ', () => {
    expect(newKey()).toMatch(/^[0-9a-f]{32}$/);
    expect(newKey()).not.toBe(newKey());
  });
});
