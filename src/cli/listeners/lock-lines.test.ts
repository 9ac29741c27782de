import { once } from 'node:events';
import { expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import type { Target } from '../../model/target.ts';
import { systemPorts } from '../../platform/ports.ts';
import { MemoryStore } from '../../stores/memory/index.ts';
import { holdLock } from '../../engine/run/hold-lock.ts';
import type { CommandIo } from '../context.ts';
import { makeRunContext } from './run-context.ts';

const TARGET: Target = {
  name: 'dev',
  stack: 'acme',
  provider: { kind: 'memory' },
  store: { kind: 'memory' },
  rotate: { every: 0, overlap: 0 },
  guards: { maxDeletes: 5, maxDeletePercent: 10, protect: [], maxCredentialAge: undefined },
  position: { file: 'targets.yaml', line: 1, column: 1 },
};

/** A terminal, and what happens to its status line and below it. */
function terminal(): { readonly io: CommandIo; readonly seen: string[] } {
  const { io } = captureIo();
  const seen: string[] = [];
  const stderr = {
    ...io.stderr,
    isTerminal: true,
    write: (text: string) => void seen.push(text.trim()),
    status: (text: string, about?: string) => void seen.push(`${about}: ${text}`),
    clearStatus: (about?: string) => void seen.push(`cleared ${about}`),
  };
  return { io: { ...io, stderr }, seen };
}

const desired = { target: TARGET, clients: [], apis: [], overlaps: [] };

it('the line of a lock: counts down while it waits for a lock, and takes the line away when it gets none', async () => {
  const at = { desired, store: new MemoryStore(), ports: systemPorts() };
  const { io, seen } = terminal();
  await holdLock(at, { timeout: 0, breakLock: false }, makeRunContext(captureIo().io), async () => {
    const waiting = holdLock(at, { timeout: 900, breakLock: false }, makeRunContext(io), async () => undefined);
    await expect(waiting).rejects.toMatchObject({ code: 'LOCK_HELD' });
  });
  expect(seen[0]).toMatch(/^Waiting for the lock of the stack acme: .+ on .+, lock [0-9a-f]{16}$/);
  // How often it is shown depends on how busy the machine is.
  expect(new Set(seen.slice(1, -1))).toEqual(new Set(['waiting: waiting for the lock, for 1 s more at most']));
  expect(seen.at(-1)).toBe('cleared waiting');
});

it('the line of a lock: takes it away before the work begins, too, and says nothing of locks where none is held', async () => {
  const at = { desired, store: new MemoryStore(), ports: systemPorts() };
  const { io, seen } = terminal();
  const policy = { timeout: 30_000, breakLock: false };
  const release = new AbortController();
  let isHeld = false;
  const first = holdLock(at, policy, makeRunContext(io), async () => {
    isHeld = true;
    await once(release.signal, 'abort');
  });
  await expect.poll(() => isHeld).toBe(true);
  expect(seen).toEqual([]);
  const second = holdLock(at, policy, makeRunContext(io), async () => void seen.push('work'));
  await expect.poll(() => seen.length).toBeGreaterThan(1);
  release.abort();
  await Promise.all([first, second]);
  expect(seen.slice(-3)).toEqual(['cleared waiting', 'work', 'cleared waiting']);
});

it('the line of a lock: is one line, whatever the holder is called', () => {
  const { io, seen } = terminal();
  const { emit } = makeRunContext(io);
  const holder = 'ann\n::error::no\u001B[2J';
  emit({ kind: 'lock-awaited', stack: 'acme', holder, left: 1000 });
  emit({ kind: 'lock-taken', stack: 'acme', broke: holder });
  expect(seen.filter((line) => line.includes('ann'))).toEqual([
    'Waiting for the lock of the stack acme: ann\\n::error::no\\u{1b}[2J',
    'Broke the lock of the stack acme: ann\\n::error::no\\u{1b}[2J',
  ]);
});
