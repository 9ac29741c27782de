import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { listenOnLoopback } from '../../../test/support/listening.ts';
import { Secret } from '../../model/secret.ts';
import { systemPorts } from '../../platform/ports.ts';
import { sendByFetch, sendByNode } from '../../platform/send.ts';
import type { Send } from '../../platform/send.ts';
import { OwnToken } from '../own-token.ts';
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
  const auth = { realm: 'acme', kind: 'client' as const, clientId: 'grantry', clientSecret: new Secret('s') };
  const settings = { kind: 'keycloak' as const, url, realm: 'acme', pageSize: undefined, pagesInFlight: 4, auth };
  const tokens = new OwnToken(async () => ({ value: 'token', seconds: 60 }), { now: () => 0 });
  const sieve = Promise.resolve(({ id, clientId }: { id: string; clientId: string }) => ({
    kind: 'other' as const,
    client: { id, clientId, scopes: [] },
  }));
  try {
    const { others } = await listClients(new KeycloakApi(settings, { ...systemPorts(), send }, tokens), sieve, false);
    expect(others.map(({ clientId }) => clientId)).toEqual(CLIENTS.map(({ clientId }) => clientId));
    // Each of them asked for once, and not by a retry that follows a time-out.
    expect([hanging.length, new Set(hanging).size]).toEqual([stopped.length, stopped.length]);
    expect(stopped.length).toBeGreaterThan(0);
    expect(new Set(short).size).toBe(short.length);
  } finally {
    await close();
  }
});
