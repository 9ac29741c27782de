import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { captureIo } from '../test/support/process/captured-io.ts';
import { seconds, startProgress } from './progress.ts';

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is a line for each step and every ten seconds, off a terminal', () => {
    const { io, written } = captureIo();
    const progress = startProgress(io.stderr, Date.now);
    const begun = Date.now();
    progress.say('Keycloak', 'starting');
    vi.advanceTimersByTime(21_000);
    progress.finish('Keycloak', begun);
    vi.advanceTimersByTime(60_000);
    progress.stop();
    expect(written.stderr.split('\n')).toEqual([
      '  Keycloak: starting',
      '  Keycloak: starting, 10 s',
      '  Keycloak: starting, 20 s',
      '  Keycloak is up after 21 s',
      '',
    ]);
  });

  it('is one line that counts the seconds, on a terminal, and gone in the end', () => {
    const { io, written } = captureIo();
    const clearStatus = vi.fn<() => void>();
    const progress = startProgress({ ...io.stderr, isTerminal: true, clearStatus }, Date.now);
    progress.say('Keycloak', 'starting');
    vi.advanceTimersByTime(200);
    progress.say('Vault', 'pulling');
    vi.advanceTimersByTime(200);
    expect(written.stderr).toBe('  Keycloak: starting, 0 s\n  Keycloak: starting, 0 s   Vault: pulling, 0 s\n');
    progress.stop();
    vi.advanceTimersByTime(1_000);
    expect(clearStatus).toHaveBeenCalledOnce();
    expect(written.stderr.split('\n')).toHaveLength(3);
  });

  it('words times', () => {
    expect([0, 1_499, 59_600, 125_000].map(seconds)).toEqual(['0 s', '1 s', '60 s', '2 min 5 s']);
  });
});
