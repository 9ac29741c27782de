import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../test/support/keycloak-settings.ts';
import { listenOnLoopback } from '../../../test/support/listening.ts';
import { systemPorts } from '../../platform/ports.ts';
import { sendByFetch, sendByNode } from '../../platform/send.ts';
import type { Send } from '../../platform/send.ts';
import { KeycloakApi } from './api.ts';
import { listClients } from './listing.ts';

const CLIENTS = Array.from({ length: 1_000 }, (_, index) => ({ id: `id-${index}`, clientId: `client-${index}` }));

it.each<[string, Send]>([
  ['node:http', sendByNode],
  ['fetch', sendByFetch(globalThis.fetch)],
])('by %s it gives up long pages of a server that has to load what follows, which then stops', async (_, send) => {
  /** Of the pages that hang, the first rows; and of those whose connection was closed. */
  const hanging: number[] = [];
  const stopped: number[] = [];
  const short: number[] = [];
  const server = createServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://localhost').searchParams;
    const [first, max] = [Number(query.get('first')), Number(query.get('max'))];
    response.writeHead(200, { 'content-type': 'application/json' });
    const rows = JSON.stringify(CLIENTS.slice(first, first + max));
    if (max <= 50) {
      short.push(first);
      response.end(rows);
      return;
    }
    hanging.push(first);
    response.write(rows.slice(0, 1_000));
    response.on('close', () => stopped.push(first));
  });
  const { url, close } = await listenOnLoopback(server);
  const api = new KeycloakApi(keycloakSettings({ url }), { ...systemPorts(), send }, givenTokens());
  const sieve = Promise.resolve(({ id, clientId }: { id: string; clientId: string }) => ({
    kind: 'other' as const,
    client: { id, clientId, scopes: [] },
  }));
  try {
    const { others } = await listClients(api, sieve, false);
    expect(others.map(({ clientId }) => clientId)).toEqual(CLIENTS.map(({ clientId }) => clientId));
    // Each of them asked for once, and not by a retry that follows a time-out.
    expect([hanging.length, new Set(hanging).size]).toEqual([stopped.length, stopped.length]);
    expect(stopped.length).toBeGreaterThan(0);
    expect(new Set(short).size).toBe(short.length);
  } finally {
    await close();
  }
});
