import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { CommandIo } from './commands/context.ts';
import { makeProcessIo } from './process-io.ts';

vi.mock('node:tty', () => ({ isatty: () => true }));

const CLEAR_LINE = '\r\u001b[K';

let written: string;
const kill = vi.spyOn(process, 'kill');
const write = vi.spyOn(process.stderr, 'write');
const listeners = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };

beforeEach(() => {
  written = '';
  vi.stubEnv('TERM', 'xterm');
  kill.mockReset().mockReturnValue(true);
  write.mockReset().mockImplementation((text) => {
    written += String(text);
    return true;
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    for (const listener of process.listeners(name)) {
      if (!listeners[name].includes(listener)) process.off(name, listener);
    }
  }
});

function waitingIo(): CommandIo {
  const io = makeProcessIo([], '1.0.0');
  io.stderr.status('waiting for http://sso', 'waiting');
  return io;
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s takes the status line away, and ends the process as it would have',
  (name) => {
    waitingIo();
    process.emit(name, name);
    expect(written).toBe(`waiting for http://sso${CLEAR_LINE}`);
    expect(kill.mock.calls).toEqual([[process.pid, name]]);
    // The second time nobody listens: it ends.
    expect(process.listeners(name)).toEqual(listeners[name]);
  },
);

test('a command that asks for the signal goes on to finish what is in hand', () => {
  const io = waitingIo();
  const { signal } = io;
  process.emit('SIGINT', 'SIGINT');
  expect([signal.aborted, kill.mock.calls]).toEqual([true, []]);
  expect(written).toContain(`${CLEAR_LINE}Stopping: what is in hand is finished first.`);
});

test('a command that shows no status is not listened for', () => {
  makeProcessIo([], '1.0.0');
  expect(process.listeners('SIGINT')).toEqual(listeners.SIGINT);
});
