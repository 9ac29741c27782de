import { describe, expect, it } from 'vitest';
import { desiredAt } from '../../test/support/stores/desired-at.ts';
import { checkClock, checkEncryption, checksOf } from './checks.ts';
import { MemoryStore } from './memory/index.ts';

const NOW = Date.parse('2026-12-01T00:00:00Z');

describe('checkClock', () => {
  it.each([0, 30_000, -30_000])('takes clocks that are %d ms apart', (apart) => {
    expect(checkClock('A server', NOW, NOW + apart).finding).toEqual({ kind: 'fine' });
  });

  it.each([
    [31_000, '31 s behind the one of this machine'],
    [-90_000, '90 s ahead of the one of this machine'],
  ])('reports clocks that are %d ms apart', (apart, words) => {
    const what = `The clock of A server is ${words}`;
    expect(checkClock('A server', NOW, NOW + apart).finding).toMatchObject({ kind: 'risk', what });
  });

  it('reports a server that does not say the time: no lock can be taken there', () => {
    expect(checkClock('A server', undefined, NOW).finding).toMatchObject({ kind: 'problem' });
  });
});

describe('checkEncryption', () => {
  it.each(['https://a.example', 'http://localhost:8200', 'http://127.0.0.1:1'])('takes %s', (url) => {
    expect(checkEncryption('A server', url).finding).toEqual({ kind: 'fine' });
  });

  it('reports a server that is spoken to in clear', () => {
    expect(checkEncryption('A server', 'http://a.example').finding).toMatchObject({ kind: 'risk' });
  });
});

describe('checksOf', () => {
  it('gives the checks of a store to one that wraps it', async () => {
    const results = [checkEncryption('A server', 'https://a.example')];
    const store = Object.assign(new MemoryStore(), { checks: async () => results });
    expect(await checksOf(store).checks?.(desiredAt([]))).toBe(results);
  });

  it('gives none where the store has none', () => {
    expect(checksOf(new MemoryStore())).toEqual({});
  });
});
