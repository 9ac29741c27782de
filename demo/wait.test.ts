import { describe, expect, it } from 'vitest';
import { portsOver } from '../test/support/servers/ports-over.ts';
import type { Ports } from '../src/platform/ports.ts';
import { waitUntilReady } from './wait.ts';

/** Time passes only by sleeping; each answer is a status, or no answer at all. */
function portsWith(answers: readonly (number | undefined)[], signal?: AbortSignal): Ports & { asked: () => number } {
  let now = 0;
  let asked = 0;
  const fetch = async (): Promise<Response> => {
    const status = answers[Math.min(asked, answers.length - 1)];
    asked += 1;
    if (status === undefined) throw new TypeError('fetch failed');
    return new Response(null, { status });
  };
  return {
    ...portsOver(fetch),
    asked: () => asked,
    clock: {
      now: () => now,
      sleep: async (ms) => {
        signal?.throwIfAborted();
        now += ms;
      },
    },
    ...(signal === undefined ? {} : { signal }),
  };
}

describe('waiting for a server', () => {
  const waiting = { title: 'Keycloak', url: 'http://127.0.0.1:1/', whyNot: async (): Promise<undefined> => undefined };

  it('ends with the first success', async () => {
    const ports = portsWith([undefined, 503, 204]);
    await waitUntilReady(waiting, ports);
    expect(ports.asked()).toBe(3);
  });

  it('ends when the server has ended', async () => {
    const ended = waitUntilReady({ ...waiting, whyNot: async () => 'its container ended' }, portsWith([undefined]));
    await expect(ended).rejects.toMatchObject({ message: 'Keycloak does not start: its container ended' });
  });

  it('ends after ten minutes', async () => {
    await expect(waitUntilReady(waiting, portsWith([503]))).rejects.toMatchObject({
      message: 'Keycloak is not ready after 10 minutes',
    });
  });

  it('ends when the user stops', async () => {
    const stopped = waitUntilReady(waiting, portsWith([undefined], AbortSignal.abort(new Error('stop'))));
    await expect(stopped).rejects.toThrow('stop');
  });
});
