import type { AccountAnswer } from './account-answer.ts';
import { describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { GrantryError } from '../../../model/errors.ts';
import { readAccess } from './access.ts';
import type { Access, AccountQuestion } from './access.ts';
import { KeycloakApi } from '../http/api.ts';
import { ClientIndex } from '../read/client-index.ts';
import type { RoleKey } from './role-names.ts';
import type { ServiceAccounts } from './service-accounts.ts';

/** A realm: the roles of its clients (`''` has those of the realm), and which of them each service account holds. */
interface Realm {
  readonly name?: string;
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly holds: Readonly<Record<string, readonly RoleKey[]>>;
  /** What the role that everybody has holds: names of roles of `realm-management`, or of another client. */
  readonly everybody?: readonly RoleKey[];
  /** False: without `view-realm`. */
  readonly isSeen?: boolean;
  readonly scopeMappings?: readonly string[];
  /** What is at the end of paths that are answered with 403. */
  readonly forbidden?: string;
}

const DEFAULT_ROLE = 'default-roles-acme';
const NAMES = Array.from({ length: 21 }, (_, index) => `svc-${index}`);
const MANAGE: RoleKey = { client: 'realm-management', name: 'manage-users' };
const ROLES = { '': ['auditor', DEFAULT_ROLE], 'realm-management': ['manage-users'], ledger: ['reader'] };

const question = (clientId: string, rest: Partial<AccountQuestion> = {}): AccountQuestion => ({
  id: `id of ${clientId}`,
  clientId,
  declared: [],
  isForeign: false,
  ...rest,
});

/** Clients have ids such as `id of ledger`, their service accounts such as `user ledger`. */
class Server {
  readonly asked: string[] = [];
  readonly #realm: Realm;

  constructor(realm: Realm) {
    this.#realm = realm;
  }

  async read(
    questions: readonly AccountQuestion[],
    {
      accounts,
      withScopes = false,
    }: { readonly accounts?: Promise<ServiceAccounts>; readonly withScopes?: boolean } = {},
  ): Promise<Access & { readonly of: (clientId: string) => AccountAnswer | undefined }> {
    const { name = 'acme', isSeen = true, roles } = this.#realm;
    const ports = portsOver(async (input) => this.#answer(new URL(input instanceof Request ? input.url : input)));
    const api = new KeycloakApi(keycloakSettings({ realm: name }), ports, givenTokens());
    const access = await readAccess(api, questions, {
      info: { isSeen, defaultRole: DEFAULT_ROLE, longest: undefined },
      clients: new ClientIndex(api, {
        clients: Object.keys(roles).map((clientId) => ({ id: `id of ${clientId}`, clientId })),
        isWhole: true,
      }),
      accounts:
        accounts ??
        Promise.resolve(
          new Map(
            questions.map(({ clientId }) => [`service-account-${clientId}`, { id: `user ${clientId}`, enabled: true }]),
          ),
        ),
      withScopes,
    });
    return { ...access, of: (clientId) => access.answers.get(`id of ${clientId}`) };
  }

  count(part: string): number {
    return this.asked.filter((path) => path.includes(part)).length;
  }

  #answer({ pathname, searchParams }: URL): Response {
    const { name = 'acme', everybody = [], scopeMappings = [], forbidden } = this.#realm;
    const path = decodeURIComponent(pathname).replace(`/admin/realms/${name}/`, '');
    this.asked.push(path);
    const [, ofRealm, of = '', role = ''] = /^(?:(roles)|clients\/id of ([^/]+)\/roles)\/?([^/]*)/.exec(path) ?? [];
    const key = { client: ofRealm === undefined ? of : undefined, name: role };
    if (forbidden !== undefined && path.endsWith(forbidden)) return Response.json({}, { status: 403 });
    if (path === 'groups/count') return Response.json({ count: 0 });
    if (path.endsWith('/scope-mappings')) return Response.json({ realmMappings: scopeMappings.map(withId) });
    if (path.endsWith('/users')) {
      const holders = searchParams.get('first') === '0' ? this.#holdersOf(key) : [];
      return Response.json(
        holders.map((clientId) => ({ id: `user ${clientId}`, username: `service-account-${clientId}` })),
      );
    }
    if (path.endsWith('/composites')) return Response.json(key.name === DEFAULT_ROLE ? everybody.map(asPart) : []);
    if (path.endsWith('/role-mappings/realm')) return Response.json(this.#held(path).realm.map(withId));
    if (path.endsWith('/role-mappings')) return Response.json(this.#mappings(path));
    if (path.endsWith('roles')) return Response.json((this.#realm.roles[key.client ?? ''] ?? []).map(withId));
    return new Response(null, { status: 404 });
  }

  #holdersOf(key: RoleKey): string[] {
    return Object.entries(this.#realm.holds).flatMap(([clientId, roles]) =>
      roles.some(({ client, name }) => client === key.client && name === key.name) ? [clientId] : [],
    );
  }

  #held(path: string): { readonly realm: string[]; readonly clients: [string, string][] } {
    const roles = this.#realm.holds[/^users\/user ([^/]+)/.exec(path)?.[1] ?? ''] ?? [];
    return {
      realm: roles.flatMap(({ client, name }) => (client === undefined ? [name] : [])),
      clients: roles.flatMap(({ client, name }): [string, string][] => (client === undefined ? [] : [[client, name]])),
    };
  }

  /** As Keycloak answers: without `view-realm` it leaves realm roles out. */
  #mappings(path: string): object {
    const { realm, clients } = this.#held(path);
    return {
      realmMappings: this.#realm.isSeen === false ? [] : realm.map(withId),
      clientMappings: Object.fromEntries(
        clients.map(([client, name]) => [client, { id: `id of ${client}`, mappings: [withId(name)] }]),
      ),
    };
  }
}

const withId = (name: string): object => ({ id: name, name });
const asPart = ({ client, name }: RoleKey): object => ({
  ...withId(name),
  ...(client === undefined ? {} : { clientRole: true, containerId: `id of ${client}` }),
});

describe('readAccess: which roles service accounts hold', () => {
  const holds = { 'svc-3': [MANAGE, { client: undefined, name: 'auditor' }] };
  const found = { realm: ['auditor'], clients: { 'realm-management': ['manage-users'] } };

  it('is asked role by role where clients are many', async () => {
    const server = new Server({ roles: ROLES, holds });
    const { of } = await server.read(NAMES.map((name) => question(name)));
    expect(of('svc-3')?.roles).toEqual(found);
    expect(of('svc-4')?.roles).toEqual({ realm: [], clients: {} });
    expect(server.count('role-mappings')).toBe(0);
  });

  it('is asked account by account where clients are few', async () => {
    const server = new Server({ roles: ROLES, holds });
    const { of } = await server.read(NAMES.slice(0, 20).map((name) => question(name)));
    expect(of('svc-3')?.roles).toEqual(found);
    expect(server.count('role-mappings')).toBe(20);
  });

  it('is asked account by account, and no role, where roles are more than accounts', async () => {
    const many = Array.from({ length: 22 }, (_, index) => `role-${index}`);
    const server = new Server({ roles: { ...ROLES, '': [...many, 'auditor'] }, holds });
    const { of } = await server.read(NAMES.map((name) => question(name)));
    expect(of('svc-3')?.roles).toEqual(found);
    expect([server.count('/users'), server.count('role-mappings')]).toEqual([0, 21]);
  });

  it('is asked account by account where holders turn out to be so many that their listings take more requests', async () => {
    const roles = Array.from({ length: 15 }, (_, index) => `role-${index}`);
    const server = new Server({
      roles: { ...ROLES, '': roles },
      holds: Object.fromEntries(NAMES.map((name) => [name, roles.map((role) => ({ client: undefined, name: role }))])),
    });
    const { of } = await server.read(NAMES.map((name) => question(name)));
    expect(of('svc-20')?.roles.realm).toEqual(roles.toSorted());
    expect(server.count('role-mappings')).toBe(21);
    expect(server.count('/users')).toBeLessThanOrEqual(21);
  });

  it('is asked account by account where the name of a role fits no path', async () => {
    const server = new Server({ roles: { ...ROLES, '': ['..', 'auditor'] }, holds });
    const { of } = await server.read(NAMES.map((name) => question(name)));
    expect(of('svc-3')?.roles).toEqual(found);
    expect([server.count('/users'), server.count('role-mappings')]).toEqual([0, 21]);
  });

  it('fails where a listing of holders does: it is never taken for one of nobody', async () => {
    const server = new Server({ roles: ROLES, holds, forbidden: 'auditor/users' });
    await expect(server.read(NAMES.map((name) => question(name)))).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('leaves out the role that everybody has, and roles of other clients that nobody declares', async () => {
    const more = [{ client: undefined, name: DEFAULT_ROLE }, { client: 'ledger', name: 'reader' }, MANAGE];
    const server = new Server({ roles: ROLES, holds: { orders: more } });
    expect((await server.read([question('orders')])).of('orders')?.roles).toEqual({
      realm: [],
      clients: { 'realm-management': ['manage-users'] },
    });
    const declared = [{ client: 'ledger', name: 'reader' }];
    expect((await server.read([question('orders', { declared })])).of('orders')?.roles.clients).toMatchObject({
      ledger: ['reader'],
    });
  });

  it("shows all roles of somebody else's client, as to take it over takes them away", async () => {
    const server = new Server({ roles: ROLES, holds: { orders: [{ client: 'ledger', name: 'reader' }] } });
    const questions = NAMES.map((name) => question(name)).concat(question('orders', { isForeign: true }));
    expect((await server.read(questions)).of('orders')?.roles.clients).toEqual({ ledger: ['reader'] });
  });

  it('says whether a service account is there, and enabled', async () => {
    const server = new Server({ roles: ROLES, holds: {} });
    const accounts = new Map([['service-account-one', { id: 'user one', enabled: false }]]);
    const read = server.read([question('one'), question('two')], {
      accounts: Promise.resolve(accounts),
    });
    const { of } = await read;
    expect([of('one')?.serviceAccount, of('two')?.serviceAccount]).toEqual(['disabled', 'missing']);
  });
});

describe('readAccess: the realm in which the server is administered', () => {
  const admin: RoleKey = { client: 'acme-realm', name: 'manage-users' };
  const roles = { ...ROLES, 'acme-realm': ['manage-users'] };

  it('is always asked account by account: every realm has a client there', async () => {
    const server = new Server({ name: 'master', roles, holds: { 'svc-3': [admin] } });
    const { of } = await server.read(NAMES.map((name) => question(name)));
    expect(of('svc-3')?.roles.clients).toEqual({ 'acme-realm': ['manage-users'] });
    expect(server.count('role-mappings')).toBe(21);
  });

  it('has a client of that name that means nothing in any other realm', async () => {
    const server = new Server({ roles, holds: { orders: [admin] } });
    expect((await server.read([question('orders')])).of('orders')?.roles.clients).toEqual({});
  });

  it('warns of roles for administrators that everybody is given', async () => {
    const given = { roles, holds: {}, everybody: [admin] };
    expect((await new Server({ name: 'master', ...given }).read([question('orders')])).notices).toEqual([
      expect.stringContaining(
        'The realm gives every service account, by its default role or default groups: acme-realm/',
      ),
    ]);
    expect((await new Server(given).read([question('orders')])).notices).toEqual([]);
    const [notice] = (await new Server({ ...given, everybody: [MANAGE] }).read([question('orders')])).notices;
    expect(notice).toContain('realm-management/manage-users');
  });
});

const forbidden = (): Promise<never> => Promise.reject(new GrantryError('NOT_ALLOWED', 'view-users'));

describe('readAccess: what an account may not look at', () => {
  const declared = [{ client: undefined, name: 'auditor' }];

  it('is said where nobody declares a role: service accounts', async () => {
    const server = new Server({ roles: ROLES, holds: {} });
    const { answers, notices } = await server.read([question('orders')], { accounts: forbidden(), withScopes: true });
    expect([answers.size, notices]).toEqual([0, [expect.stringContaining('Looking takes view-users')]]);
  });

  it('is an error where somebody declares one, as it stands in tokens', async () => {
    const reading = new Server({ roles: ROLES, holds: {} }).read([question('orders', { declared })], {
      accounts: forbidden(),
      withScopes: true,
    });
    await expect(reading).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
  });

  it('is an error that is no refusal, always', async () => {
    const accounts = Promise.reject(new GrantryError('UNREACHABLE', 'gone'));
    const reading = new Server({ roles: ROLES, holds: {} }).read([question('orders')], { accounts });
    await expect(reading).rejects.toMatchObject({ code: 'UNREACHABLE' });
  });

  it('is said of realm roles; those of clients that declare one are found all the same', async () => {
    const holds = { orders: declared, audit: declared };
    const server = new Server({ roles: ROLES, holds, isSeen: false });
    const { of, notices } = await server.read([question('orders', { declared }), question('audit')]);
    expect(notices).toEqual([expect.stringContaining('Looking takes view-realm')]);
    expect([of('orders')?.roles.realm, of('audit')?.roles.realm]).toEqual([['auditor'], []]);
  });
});

describe('readAccess: scope mappings', () => {
  it('are read of clients that have roles by whatever way, and of no others', async () => {
    const realm = { roles: ROLES, scopeMappings: ['auditor'], holds: { orders: [MANAGE] } };
    const server = new Server(realm);
    const { of } = await server.read([question('orders'), question('audit')], { withScopes: true });
    expect([of('orders')?.scopeMappings.realm, of('audit')?.scopeMappings.realm]).toEqual([['auditor'], []]);
    expect(server.count('scope-mappings')).toBe(1);
    expect((await new Server(realm).read([question('orders')])).of('orders')?.scopeMappings.realm).toEqual([]);
  });
});
