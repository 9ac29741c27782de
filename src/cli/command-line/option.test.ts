import { expect, test } from 'vitest';
import { choice, choices, count, duration } from './option.ts';

test.each(['1', '9999'])('count takes %s', (value) => {
  const option = count('--max <n>', 'how many', undefined);
  expect([option.refusal?.(value), option.read([value]), option.read(undefined)]).toEqual([
    undefined,
    Number(value),
    undefined,
  ]);
});

test.each(['0', '-1', '1.5', '01', '10000', 'ten', '', ' 1', '1e3'])('count refuses %j', (value) => {
  expect(count('--max <n>', 'how many', 8).refusal?.(value)).toBe('It must be a number from 1 to 9999.');
});

test.each([
  ['0', 0],
  ['90s', 90],
  ['5m', 300],
])('duration takes %s', (value, seconds) => {
  const option = duration('--lock-timeout <duration>', 'how long');
  expect([option.refusal?.(value), option.read([value])]).toEqual([undefined, seconds]);
});

test.each(['90', 'soon', '-5m', ''])('duration refuses %j', (value) => {
  expect(duration('--lock-timeout <duration>', 'how long').refusal?.(value)).toContain('a duration such as');
});

test('choice refuses what is none of its words', () => {
  const option = choice('--format <format>', 'how', ['text', 'json']);
  expect([option.refusal?.('json'), option.refusal?.('xml'), option.read(undefined)]).toEqual([
    undefined,
    'Allowed choices are text, json.',
    'text',
  ]);
});

test('choices takes some of its words, in their order, and all of them where none is given', () => {
  const option = choices('--for <purpose>', 'for what', ['plan', 'apply', 'verify']);
  expect([option.refusal?.('apply'), option.refusal?.('usage')]).toEqual([
    undefined,
    'Allowed choices are plan, apply, verify; the option may be repeated.',
  ]);
  expect([option.read(['verify', 'plan', 'plan']), option.read(undefined)]).toEqual([
    ['plan', 'verify'],
    ['plan', 'apply', 'verify'],
  ]);
});
