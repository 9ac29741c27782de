import { beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../test/support/process/captured-io.ts';
import { portsOver } from '../../test/support/servers/ports-over.ts';
import type { Servers } from '../engine/run/open-target.ts';
import { GrantryError } from '../model/errors.ts';
import { Secret } from '../model/secrets/secret.ts';
import type { Target } from '../model/target.ts';
import type { KeycloakSettings } from '../providers/keycloak/settings.ts';
import type { VaultSettings } from '../stores/vault/settings.ts';
import { BACKENDS } from './backends.ts';
import { Waiting } from './output/waiting.ts';
import { makeOpeners, openTarget } from './open-target.ts';
import type { Openers, OpenOptions } from './open-target.ts';

const nobodyWaits = (): Waiting => new Waiting(captureIo().io.stderr, Date.now);

/** What was asked for, without the server. */
let asked: string[] = [];
let refuses = false;

beforeEach(() => {
  asked = [];
  refuses = false;
  answerTo = answer;
});

let answerTo: (path: string, authorization: string | null) => Response = answer;

const ports = portsOver(async (input, init) => {
  const { pathname } = new URL(input instanceof Request ? input.url : input);
  asked.push(pathname);
  return answerTo(pathname, new Headers(init?.headers).get('authorization'));
});

/** Without the net, for a run of its own. */
const options = (openers = makeOpeners(BACKENDS)): OpenOptions => ({ openers, waiting: nobodyWaits(), ports });

function answer(path: string): Response {
  if (refuses) return Response.json({ error: 'invalid_grant', errors: ['invalid role'] }, { status: 400 });
  if (path.endsWith('/token')) return Response.json({ access_token: 'canary-a', expires_in: 60 });
  if (path.endsWith('/login')) {
    return Response.json({ auth: { client_token: 'canary-t', lease_duration: 600, renewable: true } });
  }
  if (path.includes('/mounts/')) return Response.json({ data: { type: 'kv', options: { version: '2' } } });
  return Response.json([]);
}

function target(name: string, secretId = 'canary-s'): Target {
  const client = { clientId: 'grantry', clientSecret: new Secret('canary-c') };
  const provider: KeycloakSettings = {
    kind: 'keycloak',
    url: 'https://id.example',
    realm: name,
    pageSize: undefined,
    pagesInFlight: 4,
    auth: { kind: 'secret', realm: 'ops', ...client },
  };
  const store: VaultSettings = {
    kind: 'vault',
    address: 'https://vault.example',
    namespace: undefined,
    mount: name,
    prefix: '',
    auth: { kind: 'approle', mount: 'approle', roleId: 'r', secretId: new Secret(secretId) },
  };
  return {
    name,
    stack: 'shop',
    provider,
    store,
    rotate: { every: 0, overlap: 0 },
    guards: { maxDeletes: 5, maxDeletePercent: 10, protect: [], maxCredentialAge: undefined },
    position: { file: 'targets.yaml', line: 1, column: 1 },
  };
}

const countOf = (part: string): number => asked.filter((path) => path.includes(part)).length;

const realmsRead = (): string[] =>
  [...new Set(asked.flatMap((path) => /realms\/(\w+)\/clients/.exec(path)?.[1] ?? []))].toSorted();

function refuse(): never {
  throw new GrantryError('INTERRUPTED', 'the lock was lost');
}

/** Reads, too: Keycloak's token is asked for only then. */
async function openAndRead(name: string, openers: Openers): Promise<Servers> {
  const servers = await openTarget(target(name), captureIo().io, options(openers));
  const desired = { target: target(name), clients: [], apis: [], overlaps: [] };
  // An empty listing is refused; by then everything was asked for.
  await servers.provider.read(desired).catch(() => undefined);
  return servers;
}

describe('openTarget', () => {
  it('logs in once for targets with the same accounts, at the same time and one after the other', async () => {
    const openers = makeOpeners(BACKENDS);
    await Promise.all([openAndRead('one', openers), openAndRead('two', openers)]);
    await openAndRead('three', openers);
    expect([countOf('/token'), countOf('/login')]).toEqual([1, 1]);
    expect(realmsRead()).toEqual(['one', 'three', 'two']);
  });

  it('logs in for each account', async () => {
    const openers = makeOpeners(BACKENDS);
    await openTarget(target('one'), captureIo().io, options(openers));
    await openTarget(target('two', 'canary-other'), captureIo().io, options(openers));
    expect(countOf('/login')).toBe(2);
  });

  it('tries a login that failed again for the next target', async () => {
    const openers = makeOpeners(BACKENDS);
    refuses = true;
    await expect(openAndRead('one', openers)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    refuses = false;
    await openAndRead('two', openers);
    expect(realmsRead()).toEqual(['two']);
  });

  it('logs in for all though the target that began must send nothing any more', async () => {
    const openers = makeOpeners(BACKENDS);
    const { writeGuard, provider } = await openTarget(target('one'), captureIo().io, options(openers));
    await writeGuard.during(refuse, async () => {
      await expect(provider.read({ target: target('one'), clients: [], apis: [], overlaps: [] })).rejects.toMatchObject(
        { code: 'INTERRUPTED' },
      );
      await openAndRead('two', openers);
    });
    expect(realmsRead()).toEqual(['two']);
  });

  it('writes nothing when the lock is lost while it logs in again', async () => {
    let isLost = false;
    let logins = 0;
    answerTo = (path, authorization) => {
      if (!path.endsWith('/token'))
        return authorization === 'Bearer 1' ? new Response('', { status: 401 }) : answer(path);
      logins += 1;
      // The first one serves until it is refused; of the second the server wants to be asked again, and that takes too long.
      isLost = logins > 1;
      if (logins === 2) return new Response('', { status: 503 });
      return Response.json({ access_token: String(logins), expires_in: 300 });
    };
    const { writeGuard, provider } = await openTarget(target('one'), captureIo().io, options());
    const writing = writeGuard.during(
      () => isLost && refuse(),
      async () => provider.secrets?.regenerate('id'),
    );
    await expect(writing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(asked.filter((path) => path.endsWith('/token'))).toHaveLength(3);
    expect(asked.filter((path) => path.endsWith('/client-secret'))).toHaveLength(1);
  });
});

const metadata = (special: object): void => {
  answerTo = (path) =>
    path.endsWith('/openid-configuration')
      ? Response.json({
          issuer: 'https://id.example/realms/a',
          token_endpoint: 'https://id.example/token',
          jwks_uri: 'https://id.example/keys',
          introspection_endpoint: 'https://id.example/introspect',
          ...special,
        })
      : answer(path);
};

async function endpoints(allowed?: string): Promise<unknown> {
  const env = allowed === undefined ? {} : { GRANTRY_ALLOWED_HOSTS: allowed };
  const { provider } = await openTarget(target('a'), captureIo({ env }).io, options());
  return provider.endpoints();
}

describe('endpoints that a provider names itself', () => {
  it.each([
    ['token', { token_endpoint: 'https://elsewhere.example/token' }],
    ['introspection', { introspection_endpoint: 'https://elsewhere.example/introspect' }],
  ])('no credential goes to a host that is not allowed: %s', async (_, special) => {
    metadata(special);
    await expect(endpoints('id.example,vault.example')).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    await expect(endpoints('id.example,vault.example,elsewhere.example')).resolves.toBeDefined();
  });

  it.each([
    ['token', { token_endpoint: 'http://id.example/token' }],
    ['introspection', { introspection_endpoint: 'http://id.example/introspect' }],
  ])('nor to one without TLS, where the server is reached with it: %s', async (_, special) => {
    metadata(special);
    await expect(endpoints()).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
  });

  it.each([
    ['jwks_uri', '/keys'],
    ['token_endpoint', 'javascript:x'],
    ['jwks_uri', undefined],
  ])('one that is no URL is reported: %s %s', async (name, url) => {
    metadata({ [name]: url });
    await expect(endpoints()).rejects.toMatchObject({ code: 'UNREACHABLE', message: expect.stringContaining(name) });
  });
});
