import { describe, expect, it } from 'vitest';
import { api as declaredApi, client } from '../../../../test/support/bench/declared.ts';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { ActualObject } from '../../../model/state.ts';
import { KeycloakApi } from '../http/api.ts';
import { accountName } from '../roles/service-accounts.ts';
import { keepUsedKeys } from './used-keys.ts';
import type { LookedAfterKeys } from './used-keys.ts';

/** Noon. */
const NOW = Date.UTC(2026, 5, 2, 12) / 1000;
const OVERLAP = 3600;
const SINCE = NOW - OVERLAP;

/** Unix seconds, and what the event says of the login. */
interface Login {
  readonly at: number;
  readonly details?: Readonly<Record<string, string>> | null;
  readonly user?: string;
}

const byKey = (kid: string) => ({ client_auth_method: 'client-jwt', client_jwt_kid: kid });
/** That of a client of no interest, from before the window. */
const WATCHED: Login = { at: SINCE - 1, details: { client_auth_method: 'client-secret' }, user: 'someone' };

interface World {
  readonly logins?: readonly Login[];
  readonly config?: object;
  readonly mayReadEvents?: boolean;
  readonly hasAccount?: boolean;
  readonly maySeeAccounts?: boolean;
  /** The whole realm's are listed. */
  readonly listsAccounts?: boolean;
  /** Servers before 26.7 take days alone. */
  readonly takesMoments?: boolean;
  readonly introspects?: boolean;
  readonly isTimed?: boolean;
  readonly overlap?: number;
  readonly clients?: readonly string[];
}

const KEPT = { eventsEnabled: true, enabledEventTypes: ['CLIENT_LOGIN'], eventsExpiration: 0 };

/** As the server finds events: the newest first, of days in its time zone or up to a moment. */
function found(logins: readonly Login[], query: URLSearchParams): object[] {
  const [from, to] = [query.get('dateFrom'), query.get('dateTo')];
  // A server far in the west: its day begins at five in the morning.
  const begin = from === null ? 0 : Date.parse(`${from}T05:00:00Z`);
  const end = to === null ? Infinity : Number(to);
  const first = Number(query.get('first') ?? '0');
  return logins
    .map(({ at, details = {}, user = 'account of orders' }) => ({ time: at * 1000, details, userId: user }))
    .filter(({ time, userId }) => time >= begin && time <= end && userId === (query.get('user') ?? userId))
    .toSorted((left, right) => right.time - left.time)
    .slice(first, first + Number(query.get('max')));
}

function accountOf(username: string): { id: string; username: string } {
  return { id: `account of ${username.replace('service-account-', '')}`, username };
}

function answerOf(
  url: URL,
  {
    logins = [WATCHED],
    config = KEPT,
    mayReadEvents = true,
    hasAccount = true,
    maySeeAccounts = true,
    takesMoments = true,
  }: World,
): Response {
  const path = url.pathname.replace('/admin/realms/acme/', '');
  if (path === 'users') return Response.json(hasAccount ? [accountOf(url.searchParams.get('username') ?? '')] : []);
  if (path.startsWith('attack-detection/')) return Response.json({}, { status: maySeeAccounts ? 200 : 403 });
  if (!mayReadEvents) return Response.json({}, { status: 403 });
  if (path === 'events/config') return Response.json(config);
  expect([path, url.searchParams.get('type')]).toEqual(['events', 'CLIENT_LOGIN']);
  const isMoment = /^\d+$/.test(url.searchParams.get('dateTo') ?? '');
  if (isMoment && !takesMoments) return Response.json({ error: 'expected format is yyyy-MM-dd' }, { status: 400 });
  return Response.json(found(logins, url.searchParams));
}

const CREDENTIAL = { clientId: 'some', createdAt: SINCE - 100, previousUntil: SINCE, delivered: undefined };

function object(name: string): ActualObject {
  return {
    address: `Client/${name}`,
    id: `id-of-${name}`,
    owner: 'team',
    foreign: [],
    fields: { description: 'x', endedKeys: ['old'] },
    credential: CREDENTIAL,
  };
}

async function look(world: World): Promise<LookedAfterKeys & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const ports = portsOver(async (input) => {
    const url = new URL(input);
    asked.push(url.pathname.replace('/admin/realms/acme/', '') + (url.searchParams.has('dateTo') ? ' before' : ''));
    return answerOf(url, world);
  });
  const { isTimed = false, overlap = OVERLAP, clients: names = ['orders'], introspects = false } = world;
  const rotate = { every: 100_000, overlap, ...(isTimed ? {} : { endWhen: 'unused' as const }) };
  const clients = names.map((name) => client(name, {}, { credential: { path: name, rotate } }));
  const apis = [declaredApi('stock', ['a'], introspects ? { introspectedBy: 'orders' } : {})];
  const api = new KeycloakApi(keycloakSettings(), ports, givenTokens());
  const listed = clients.map(({ clientId }) => accountOf(accountName(clientId)));
  const byName = new Map(listed.map(({ id, username }) => [username, { id, enabled: true }]));
  const accounts = world.listsAccounts === true ? Promise.resolve(byName) : undefined;
  return { ...(await keepUsedKeys(api, names.map(object), { desired: { apis, clients }, now: NOW, accounts })), asked };
}

/** The key is to stay, with no time at which it ends, and the notice says why. */
async function expectUnknown(world: World, why: string): Promise<void> {
  const { objects, notices } = await look(world);
  const { previousUntil: _past, ...credential } = CREDENTIAL;
  expect(objects).toStrictEqual([{ ...object('orders'), fields: { description: 'x', endedKeys: [] }, credential }]);
  expect(notices).toEqual([
    `Client/orders: its previous key is past its overlap. It stays, for whether it is still used is not known: ${why}. ` +
      '`grantry rotate orders --revoke-now` ends it.',
  ]);
}

describe('a key past its overlap, with endWhen: unused', () => {
  it('ends where it was not used, and the realm watched all that time', async () => {
    const others = { at: NOW - 5, details: byKey('new') };
    const before = { at: SINCE - 1, details: byKey('old') };
    const elsewhere = { at: NOW - 5, details: byKey('old'), user: 'someone' };
    const { objects, notices } = await look({ logins: [others, before, elsewhere] });
    expect({ objects, notices }).toEqual({ objects: [object('orders')], notices: [] });
  });

  it('stays where it was used, however long the realm kept logins, and counts from there', async () => {
    const logins = [
      { at: NOW - 5, details: byKey('new') },
      { at: SINCE, details: byKey('old') },
    ];
    const { objects, notices } = await look({ logins });
    expect(objects).toMatchObject([{ fields: { endedKeys: [] }, credential: { previousUntil: NOW } }]);
    expect(notices).toEqual([expect.stringMatching(/was last used at 2026-06-02 11:00.*until it is not used for 1h/)]);
  });

  it('stays where it was used so early that the day of a server in the west had not begun', async () => {
    const logins = [{ at: NOW - 8 * 3600, details: byKey('old') }];
    const { notices } = await look({ overlap: 9 * 3600, logins });
    expect(notices).toEqual([expect.stringContaining('was last used at')]);
  });

  it('is found on later pages', async () => {
    const many = Array.from({ length: 250 }, (_, index) => ({ at: NOW - index, details: byKey('new') }));
    const { notices } = await look({ logins: [WATCHED, ...many, { at: NOW - 300, details: byKey('old') }] });
    expect(notices).toEqual([expect.stringContaining('was last used at')]);
  });

  it('stays where a login names no key', async () => {
    const why =
      'the client logged in by assertions of which the login events name no key (Keycloak before 26.7, or an assertion without kid)';
    const nameless = { at: NOW - 5, details: { client_auth_method: 'client-jwt' } };
    await expectUnknown({ logins: [WATCHED, nameless] }, why);
    await expectUnknown({ logins: [WATCHED, { at: NOW - 5, details: null }] }, why);
    // Neither one from before nor one by something else matters.
    const before = { at: SINCE - 1, details: { client_auth_method: 'client-jwt' } };
    const bySecret = { at: NOW - 5, details: { client_auth_method: 'client-secret' } };
    expect((await look({ logins: [before, bySecret] })).notices).toEqual([]);
  });

  it('stays where there are more logins than are looked at', async () => {
    const many = Array.from({ length: 2000 }, (_, index) => ({ at: NOW - index, details: byKey('new') }));
    await expectUnknown(
      { logins: [WATCHED, ...many] },
      'the client logged in more often than the 2000 times that were looked at',
    );
    expect((await look({ logins: [WATCHED, ...many.slice(1)] })).notices).toEqual([]);
  });

  it('stays where no older login shows that the realm watched all that time', async () => {
    await expectUnknown(
      { logins: [{ ...WATCHED, at: SINCE + 1 }] },
      'the realm has no login event from before the overlap that would show that it kept them all that time',
    );
    await expectUnknown({ takesMoments: false }, 'this Keycloak shows events by days alone');
  });

  it('stays where the realm does not keep logins, or not for long enough', async () => {
    const none = 'the realm keeps no login events of clients';
    await expectUnknown({ config: { ...KEPT, eventsEnabled: false } }, none);
    await expectUnknown({ config: { ...KEPT, enabledEventTypes: ['LOGIN'] } }, none);
    const short = 'the realm keeps login events no longer than the overlap is';
    await expectUnknown({ config: { ...KEPT, eventsExpiration: OVERLAP } }, short);
    expect((await look({ config: { ...KEPT, eventsExpiration: OVERLAP + 1 } })).notices).toEqual([]);
  });

  it('stays where events may not be read, or the client has no account of which there are some', async () => {
    await expectUnknown({ mayReadEvents: false }, 'the account of grantry may not read events (view-events)');
    await expectUnknown({ hasAccount: false }, 'the client has no service account whose logins could be seen');
    await expectUnknown(
      { hasAccount: false, maySeeAccounts: false },
      'the account of grantry may not see service accounts (view-users)',
    );
  });

  it('stays where an Api introspects tokens with it', async () => {
    await expectUnknown(
      { introspects: true },
      'Api stock introspects tokens by this client, which makes no login event',
    );
  });

  it('of several clients is asked about with what is known of the realm once', async () => {
    const { objects, asked } = await look({ clients: ['orders', 'billing'] });
    expect(objects).toEqual([object('orders'), object('billing')]);
    expect(asked.filter((path) => path === 'events/config' || path === 'events before')).toHaveLength(2);
  });

  it('is looked for without a request that would make a service account', async () => {
    const logins = [{ at: NOW - 5, details: byKey('old') }];
    const alone = await look({ logins });
    expect(alone.asked).toEqual(['events/config', 'users', 'events']);
    const listed = await look({ logins, listsAccounts: true });
    expect(listed.asked).toEqual(['events/config', 'events']);
    expect(listed.notices).toEqual(alone.notices);
  });
});

it('a key past its overlap, without endWhen, ends and nothing is asked', async () => {
  const { objects, notices, asked } = await look({ isTimed: true });
  expect({ objects, notices, asked }).toEqual({ objects: [object('orders')], notices: [], asked: [] });
});
