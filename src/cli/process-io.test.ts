import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { BrokenOutputs } from './output/broken-outputs.ts';
import type { CommandIo } from './context.ts';
import { makeProcessIo } from './process-io.ts';

vi.mock('node:tty', () => ({ isatty: () => true }));

const CLEAR_LINE = '\r\u001b[K';

let written: string;
const kill = vi.spyOn(process, 'kill');
const write = vi.spyOn(process.stderr, 'write');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const listeners = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));

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
  for (const name of SIGNALS) {
    for (const listener of process.listeners(name)) {
      if (listeners.get(name)?.includes(listener) !== true) process.off(name, listener);
    }
  }
});

function waitingIo(): CommandIo {
  const io = makeProcessIo([], '1.0.0', new BrokenOutputs());
  io.stderr.status('waiting for http://sso', 'waiting');
  return io;
}

test.each(SIGNALS)('the signal %s takes the status line away, and ends the process as it would have', (name) => {
  waitingIo();
  process.emit(name, name);
  expect(written).toBe(`waiting for http://sso${CLEAR_LINE}`);
  expect(kill.mock.calls).toEqual([[process.pid, name]]);
  // The second time nobody listens: it ends.
  expect(process.listeners(name)).toEqual(listeners.get(name));
});

test.each(SIGNALS)('the signal %s lets a command that asks for the signal go on to finish what is in hand', (name) => {
  const io = waitingIo();
  const { signal } = io;
  process.emit(name, name);
  expect([signal.aborted, kill.mock.calls]).toEqual([true, []]);
  expect(written).toContain(`${CLEAR_LINE}Stopping: what is in hand is finished first.`);
});

test('a command that shows no status is not listened for', () => {
  makeProcessIo([], '1.0.0', new BrokenOutputs());
  expect(process.listeners('SIGINT')).toEqual(listeners.get('SIGINT'));
});

test('a second SIGHUP is no request to stop at once: the shell and the system both send it', () => {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
    throw new Error('ended');
  });
  void waitingIo().signal;
  process.emit('SIGHUP', 'SIGHUP');
  process.emit('SIGHUP', 'SIGHUP');
  expect(exit.mock.calls).toEqual([]);
  expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('ended');
  expect(exit.mock.calls).toEqual([[130]]);
  exit.mockRestore();
});
