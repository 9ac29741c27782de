import { expect, test } from 'vitest';
import { dayAfter, dayOf, daysBetween } from './day.ts';

test('a day is that of UTC', () => {
  expect(dayOf(Date.parse('2027-03-31T23:59:59Z'))).toBe('2027-03-31');
  expect(dayOf(Date.parse('2027-03-31T23:59:59-02:00'))).toBe('2027-04-01');
});

test('days are counted over the ends of months and years, in both directions', () => {
  expect(daysBetween('2026-12-31', '2027-01-01')).toBe(1);
  expect(daysBetween('2027-03-01', '2027-02-28')).toBe(-1);
  expect(daysBetween('2027-03-27', '2027-03-29')).toBe(2);
  expect(dayAfter('2028-02-28')).toBe('2028-02-29');
});
