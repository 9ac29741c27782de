import { expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { KeycloakApi } from '../http/api.ts';
import { readLastLogins } from './last-logins.ts';

interface Event {
  readonly time: number;
  readonly clientId?: string;
}

async function look(events: readonly Event[], config: object | number) {
  const asked: string[] = [];
  const ports = portsOver(async (input) => {
    const { pathname, searchParams } = new URL(input);
    asked.push(pathname.replace('/admin/realms/acme/', ''));
    if (pathname.endsWith('/config')) {
      return typeof config === 'number' ? Response.json({}, { status: config }) : Response.json(config);
    }
    const first = Number(searchParams.get('first'));
    return Response.json(events.slice(first, first + Number(searchParams.get('max'))));
  });
  const api = new KeycloakApi(keycloakSettings(), ports, givenTokens());
  return { last: Object.fromEntries(await readLastLogins(api, 1_800_000_000)), asked };
}

const KEPT = { eventsEnabled: true, enabledEventTypes: ['CLIENT_LOGIN'] };

it('readLastLogins: the latest of each client', async () => {
  const events = [
    { time: 30, clientId: 'orders' },
    { time: 20, clientId: 'audit' },
    { time: 10, clientId: 'orders' },
    { time: 5 },
  ];
  expect(await look(events, KEPT)).toEqual({ last: { orders: 30, audit: 20 }, asked: ['events/config', 'events'] });
});

it('readLastLogins: further pages, but not all of a long history', async () => {
  const events = Array.from({ length: 9000 }, (_, index) => ({ time: 10_000 - index, clientId: `client-${index}` }));
  const { last, asked } = await look(events, KEPT);
  expect([Object.keys(last).length, asked.length]).toEqual([5000, 6]);
});

it.each([
  ['are not kept', { eventsEnabled: false }],
  ['are not kept of clients', { eventsEnabled: true, enabledEventTypes: ['LOGIN'] }],
  ['may not be read', 403],
])('readLastLogins: nothing where logins %s', async (_, config) => {
  expect(await look([{ time: 1, clientId: 'orders' }], config)).toEqual({ last: {}, asked: ['events/config'] });
});
