import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';

describe('parseDuration', () => {
  it.each([
    ['90s', 90],
    ['5m', 300],
    ['48h', 172_800],
    ['30d', 2_592_000],
    ['0s', 0],
  ])('reads %s', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each(['', '5', 'm', '5 m', '5M', '-5m', '1.5h', '05m', '1w', '5m ', '5m\n', '999999999d', '1e3s', '٣m'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe('formatDuration', () => {
  it.each([
    [0, '0s'],
    [90, '90s'],
    [300, '5m'],
    [172_800, '2d'],
    [5400, '90m'],
  ])('writes %i as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it('is read back as the same number of seconds', () => {
    fc.assert(
      fc.property(fc.nat({ max: 999_999_999 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds))).toBe(seconds);
      }),
    );
  });
});
