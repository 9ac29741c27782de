import { expect, test } from 'vitest';
import { sameJson } from './json.ts';
import type { Json } from './json.ts';

const parsed = (text: string): Json => JSON.parse(text);

test.each(['null', '1', '"a"', '[]', '{}', '[1, {"a": []}]', '{"a": {"b": 1}, "c": 2}'])(
  'sameJson: %s is %s',
  (text) => {
    expect(sameJson(parsed(text), parsed(text))).toBe(true);
  },
);

test('sameJson: the order of keys does not matter, that of lists does', () => {
  expect(sameJson({ a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
  expect(sameJson([1, 2], [2, 1])).toBe(false);
});

test.each([
  ['null', '{}'],
  ['[]', '{}'],
  ['["a"]', '{"0": "a"}'],
  ['[1]', '[1, 2]'],
  ['{"a": 1}', '{"a": 2}'],
  ['{"a": 1}', '{"a": 1, "b": 1}'],
  ['{"a": null}', '{"b": null}'],
])('sameJson: %s is not %s', (left, right) => {
  expect([sameJson(parsed(left), parsed(right)), sameJson(parsed(right), parsed(left))]).toEqual([false, false]);
});

test('sameJson: a key by a name that every object knows is a key like others', () => {
  expect(sameJson(parsed('{"__proto__": {}}'), parsed('{"a": {}}'))).toBe(false);
});
