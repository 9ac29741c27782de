import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { exchange } from '../../platform/exchange.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import { Waiting } from './waiting.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LIMITS = { timeoutMs: 900_000 };

const KEYCLOAK = 'http://sso:8080/realms/acme?token=canary';

async function answerAtOnce(): Promise<Response> {
  return new Response('{}');
}

/** A server that answers, or fails, on demand; and what the user sees meanwhile. */
function slowServer() {
  const { io, written } = captureIo();
  const pending: { answer: () => void; fail: () => void }[] = [];
  const ask = (): Promise<Response> =>
    new Promise((resolve, reject) => {
      pending.push({ answer: () => resolve(new Response('{}')), fail: () => reject(new Error('gone')) });
    });
  const ports = portsOver(ask);
  const watched = new Waiting(io.stderr, Date.now).watch<HttpPorts>(ports);
  const fetch = (url: string): Promise<Response> => exchange(watched, url, {}, LIMITS);
  const end = async (how: 'answer' | 'fail'): Promise<void> => {
    pending.shift()?.[how]();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { fetch, written, end };
}

it('the notice of a silent server: says nothing of servers that answer soon, however long the work takes', async () => {
  const { fetch, written, end } = slowServer();
  for (let count = 0; count < 20; count += 1) {
    const answer = fetch(KEYCLOAK);
    await vi.advanceTimersByTimeAsync(9_000);
    await end('answer');
    await answer;
  }
  await vi.advanceTimersByTimeAsync(60_000);
  const later = fetch(KEYCLOAK);
  await vi.advanceTimersByTimeAsync(9_000);
  await end('answer');
  await later;
  expect(written.stderr).toBe('');
});

it('the notice of a silent server: says which server is silent and for how long, over attempts that fail, and not what was asked', async () => {
  const { fetch, written, end } = slowServer();
  const first = fetch(KEYCLOAK).catch(() => undefined);
  await vi.advanceTimersByTimeAsync(10_000);
  await end('fail');
  await first;
  const second = fetch(KEYCLOAK);
  await vi.advanceTimersByTimeAsync(10_000);
  await end('answer');
  await second;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(written.stderr).toBe(
    'waiting for http://sso:8080: no answer for 10 s\nwaiting for http://sso:8080: no answer for 20 s\n',
  );
});

it('the notice of a silent server: begins anew where nothing was asked for a while after a failure', async () => {
  const { fetch, written, end } = slowServer();
  const first = fetch(KEYCLOAK).catch(() => undefined);
  await end('fail');
  await first;
  await vi.advanceTimersByTimeAsync(300_000);
  const second = fetch(KEYCLOAK);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(written.stderr).toBe('');
  await end('answer');
  await second;
});

it('the notice of a silent server: is content as long as one of several requests is answered', async () => {
  const { fetch, written, end } = slowServer();
  const answers = [fetch(KEYCLOAK), fetch(KEYCLOAK), fetch(KEYCLOAK)];
  await vi.advanceTimersByTimeAsync(9_000);
  await end('answer');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(written.stderr).toBe('');
  await vi.advanceTimersByTimeAsync(9_000);
  expect(written.stderr).toBe('waiting for http://sso:8080: no answer for 10 s\n');
  await end('answer');
  await end('answer');
  await Promise.all(answers);
});

it('the notice of a silent server: takes the line away when the server that it names answers, no other', async () => {
  const { io } = captureIo();
  const shown: string[] = [];
  const stderr = {
    ...io.stderr,
    status: (text: string) => void shown.push(text),
    clearStatus: (about?: string) => void shown.push(`cleared ${about}`),
  };
  const ports = portsOver(answerAtOnce);
  const watched = new Waiting(stderr, Date.now).watch<HttpPorts>(ports);
  const end = watched.onRequest?.('http://sso:8080');
  await vi.advanceTimersByTimeAsync(10_000);
  await exchange(watched, 'http://vault:8200/v1/x', {}, LIMITS);
  expect(shown).toEqual(['waiting for http://sso:8080: no answer for 10 s']);
  end?.(true);
  expect(shown.at(-1)).toBe('cleared waiting');
});
