import { describe, expect, it } from 'vitest';
import { checkDelivery, parseMoment } from './delivery-mark.ts';

const MARK = { at: 1_700_000_000, place: 'secret/m2m/team/orders', path: 'team/orders', facts: '0123456789abcdef' };

describe('checkDelivery', () => {
  it.each([MARK, { ...MARK, at: null, since: 1_700_000_000 }, { ...MARK, facts: 'pending' }])(
    'takes what grantry writes: %o',
    (mark) => {
      expect(checkDelivery(mark)).toEqual(mark);
    },
  );

  it.each([
    { path: '..' },
    { path: 'a/../b' },
    { path: '/a' },
    { path: 'team/.grantry/lock' },
    { path: '.Grantry/lock/acme' },
    { path: 'a\nb' },
    { path: undefined },
    { place: 'secret\u001B[2J' },
    { place: 'x'.repeat(3000) },
    { at: 99_999_999_999_999 },
    { at: -1 },
    { at: Number.POSITIVE_INFINITY },
    { at: '1' },
    { since: 1e300 },
    { facts: 'a b' },
    { facts: '' },
  ])('takes a mark with %o for none', (wrong) => {
    expect(checkDelivery({ ...MARK, ...wrong })).toBeUndefined();
  });
});

describe('parseMoment', () => {
  it.each([
    ['1700000000', 1_700_000_000],
    ['0', 0],
    ['253402300799', 253_402_300_799],
    ['253402300800', undefined],
    ['99999999999999', undefined],
    ['1e999', undefined],
    ['-1', undefined],
    ['abc', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %j as %j', (text, moment) => {
    expect(parseMoment(text)).toBe(moment);
  });
});
