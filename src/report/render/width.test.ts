import { describe, expect, test } from 'vitest';
import { displayWidth, padTo, shorten, wrap } from './width.ts';

describe('displayWidth', () => {
  test.each([
    ['', 0],
    ['ascii', 5],
    ['Grüße', 5],
    ['日本語', 6],
    ['e\u0301', 1],
    ['🙂', 2],
    ['👍🏽', 2],
    ['ａ', 2],
  ])('%j', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

test('padTo counts columns, and never cuts', () => {
  expect(padTo('日本', 6)).toBe('日本  ');
  expect(padTo('long', 2)).toBe('long');
});

describe('shorten', () => {
  test.each([
    ['fits', 4, 'fits'],
    ['does not fit', 6, 'does …'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    ['e\u0301e\u0301e\u0301', 3, 'e\u0301e\u0301e\u0301'],
    ['🙂🙂', 3, '🙂…'],
    ['any', 0, '…'],
  ])('%j to %i columns', (text, width, expected) => {
    expect(shorten(text, width, '…')).toBe(expected);
  });

  test('ends what has no width, too', () => {
    expect(shorten(`e${'\u0301'.repeat(1000)}`, 10, '…').length).toBeLessThan(50);
  });
});

test('wrap breaks at blanks and leaves long words whole', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrap('a https://a-long-url.example b', 5)).toEqual(['a', 'https://a-long-url.example', 'b']);
  expect(wrap('', 10)).toEqual(['']);
});
