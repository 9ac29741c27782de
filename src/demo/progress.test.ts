import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Output } from '../commands/context.ts';
import { seconds, startProgress } from './progress.ts';

function nothingIsAsked(): never {
  throw new Error('nothing is asked here');
}

function startOn(isTerminal: boolean): { written: () => string; progress: ReturnType<typeof startProgress> } {
  let written = '';
  const columns = isTerminal ? 40 : undefined;
  const write = (text: string): void => void (written += text);
  const texts = { write, writeNow: write, status: write, unfinished: nothingIsAsked };
  const output: Output = { ...texts, isTerminal, columns, color: false, unicode: true };
  return { written: () => written, progress: startProgress(output, Date.now) };
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is a line for each step and every ten seconds, off a terminal', () => {
    const { written, progress } = startOn(false);
    const begun = Date.now();
    progress.say('Keycloak', 'starting');
    vi.advanceTimersByTime(21_000);
    progress.finish('Keycloak', begun);
    vi.advanceTimersByTime(60_000);
    progress.stop();
    expect(written().split('\n')).toEqual([
      '  Keycloak: starting',
      '  Keycloak: starting, 10 s',
      '  Keycloak: starting, 20 s',
      '  Keycloak is up after 21 s',
      '',
    ]);
  });

  it('is one line that is written over, on a terminal, and gone in the end', () => {
    const { written, progress } = startOn(true);
    progress.say('Keycloak', 'starting');
    progress.say('Vault', 'pulling an image with a very long name');
    vi.advanceTimersByTime(3_000);
    progress.stop();
    const lines = written().split('\r');
    expect(written()).not.toContain('\n');
    expect(lines).toContain('  Keycloak: starting, 3 s   Vault: pull');
    expect(lines.every((line) => line.length < 40)).toBe(true);
    expect(lines.at(-2)).toMatch(/^ +$/);
  });

  it('words times', () => {
    expect([0, 1_499, 59_600, 125_000].map(seconds)).toEqual(['0 s', '1 s', '60 s', '2 min 5 s']);
  });
});
