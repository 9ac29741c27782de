import { describe, expect, it } from 'vitest';
import { state } from '../../../../test/support/bench/declared.ts';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import type { DesiredState } from '../../../model/desired.ts';
import type { DesiredIssuer } from '../../../model/target.ts';
import { KeycloakApi } from '../http/api.ts';
import { ServerInfo } from '../versions/server-info.ts';
import { issuerBody, projectIssuer } from './issuer-fields.ts';
import { looksAtIssuers, readIssuers, withHolders } from './read-issuers.ts';
import type { IssuerState } from './read-issuers.ts';

const STACK = state([], []).target.stack;
const URL_OF_KEYS = 'https://token.test/keys';
const GITHUB = issuer({ url: 'https://token.test' });

function issuer(special: Partial<DesiredIssuer>): DesiredIssuer & { readonly url: string } {
  return {
    name: 'github',
    alias: 'github-actions',
    kind: 'oidc',
    jwksUrl: undefined,
    trustDomain: undefined,
    reuse: false,
    maxTokenAge: undefined,
    ...special,
    url: special.url ?? 'https://token.test',
  };
}

/** What the realm lists where it is just as `wanted` says; what is given stands in place of that. */
function row(wanted: DesiredIssuer & { readonly url: string }, special: object = {}, config: object = {}): object {
  const made = issuerBody({ ...projectIssuer(wanted, STACK).fields, jwksUrl: URL_OF_KEYS });
  return { ...made, internalId: `id of ${wanted.alias}`, types: [], ...special, config: { ...made.config, ...config } };
}

function desired(...issuers: readonly DesiredIssuer[]): DesiredState {
  const { target, ...rest } = state([], []);
  return { ...rest, target: { ...target, issuers } };
}

const ON = ['CLIENT_AUTH_FEDERATED', 'KUBERNETES_SERVICE_ACCOUNTS', 'AUTHZEN'];

interface World {
  readonly rows?: readonly object[];
  readonly features?: readonly string[];
  readonly version?: string;
  /** Of the issuers themselves, by URL; without one there is no answer. */
  readonly documents?: Readonly<Record<string, unknown>>;
}

const METADATA = 'https://token.test/.well-known/openid-configuration';
const DOCUMENTS = {
  [METADATA]: { issuer: 'https://token.test', jwks_uri: URL_OF_KEYS },
  [URL_OF_KEYS]: { keys: [{ kty: 'RSA' }] },
};

async function read(
  of: DesiredState,
  { rows = [], features = ON, version, documents = DOCUMENTS }: World = {},
): Promise<IssuerState & { readonly asked: readonly string[] }> {
  const asked: string[] = [];
  const ports = portsOver(
    async (input) => {
      const { host, pathname, searchParams } = new URL(input);
      if (host === 'localhost:1' && pathname.endsWith('/serverinfo')) {
        const named = features.map((name) => ({ name, enabled: true }));
        return Response.json({ features: named, ...(version === undefined ? {} : { systemInfo: { version } }) });
      }
      if (host === 'localhost:1') {
        const first = Number(searchParams.get('first'));
        return Response.json(rows.slice(first, first + Number(searchParams.get('max'))));
      }
      asked.push(String(input));
      const document = documents[String(input)];
      if (document === undefined) throw new TypeError('fetch failed');
      return Response.json(document);
    },
    { clock: { now: () => 0, sleep: async () => undefined } },
  );
  const api = new KeycloakApi(keycloakSettings(), ports, givenTokens());
  return { ...(await readIssuers({ api, server: new ServerInfo(api), ports }, of)), asked };
}

function part(...addresses: readonly `Issuer/${string}`[]) {
  return { addresses: new Set(addresses), undeclared: [], ids: new Map() };
}

describe('looksAtIssuers', () => {
  it('only where the Target names some, or says that there are none', () => {
    expect(looksAtIssuers(state([], []), undefined)).toBe(false);
    expect(looksAtIssuers(desired(), undefined)).toBe(true);
    expect(looksAtIssuers(desired(GITHUB), undefined)).toBe(true);
    expect(looksAtIssuers(desired({ ...GITHUB, url: undefined }), undefined)).toBe(false);
  });

  it('of a part only where that has to do with them', () => {
    expect(looksAtIssuers(desired(GITHUB), part())).toBe(false);
    expect(looksAtIssuers(desired(GITHUB), part('Issuer/github'))).toBe(true);
  });
});

describe('readIssuers', () => {
  it('finds one that is as declared in the fields of what is wanted', async () => {
    const found = await read(desired(GITHUB), { rows: [row(GITHUB)] });
    const wanted = { ...projectIssuer(GITHUB, STACK).fields, ...found.completions.get('Issuer/github')?.fields };
    expect(found.objects).toEqual([
      { address: 'Issuer/github', id: 'github-actions', owner: '', foreign: [], fields: wanted },
    ]);
    expect([found.impossible, found.notices]).toEqual([[], []]);
  });

  it.each([
    ['is disabled', { enabled: false }, {}, 'enabled', false],
    ['shows on the login page', { hideOnLogin: false }, {}, 'hidden', false],
    ['has its keys elsewhere', {}, { jwksUrl: 'https://evil.test' }, 'jwksUrl', 'https://evil.test'],
    ['trusts others', {}, { issuer: 'https://evil.test' }, 'trusts', 'https://evil.test'],
    ['checks no signatures', {}, { validateSignature: 'false' }, 'checksSignatures', false],
    ['has a key of its own', {}, { useJwksUrl: 'false' }, 'checksSignatures', false],
    ['takes no assertions', {}, { supportsClientAssertions: 'false' }, 'takesAssertions', false],
    ['takes a token twice', {}, { supportsClientAssertionReuse: 'true' }, 'reuse', true],
    ['takes old tokens', {}, { fedClientAssertionMaxExp: '86400' }, 'maxTokenAge', 86_400],
    ['takes tokens of an odd age', {}, { fedClientAssertionMaxExp: '-5' }, 'maxTokenAge', '-5'],
    ['has a secret', {}, { clientSecret: 'canary-7Qx2' }, 'otherSettings', ['clientSecret']],
    [
      'gives tokens for users',
      {},
      { jwtAuthorizationGrantEnabled: 'true' },
      'otherSettings',
      ['jwtAuthorizationGrantEnabled'],
    ],
    ['trusts addresses', { trustEmail: true }, {}, 'otherSettings', ['trustEmail']],
  ])('shows one that %s, and no value of what is not known', async (_, special, config, field, value) => {
    const { objects } = await read(desired(GITHUB), { rows: [row(GITHUB, special, config)] });
    expect(objects[0]?.fields[field]).toEqual(value);
    expect(JSON.stringify(objects)).not.toContain('canary');
  });

  it('finds those of the stack that nobody declares, under names of their own, and none of others', async () => {
    const gone = row(issuer({ name: 'gone', alias: 'old' }));
    const copy = row(issuer({ name: 'github', alias: 'copy' }));
    const other = row(issuer({ name: 'x', alias: 'theirs' }), {}, { 'grantry.stack': 'another' });
    const plain = { alias: 'people', providerId: 'google', enabled: true };
    const { objects } = await read(desired(GITHUB), { rows: [row(GITHUB), gone, copy, other, plain] });
    expect(objects.map(({ address }) => address)).toEqual(['Issuer/github', 'Issuer/gone', 'Issuer/copy']);
  });

  it('says whose one is that has the alias and not the mark', async () => {
    const unmarked = row(GITHUB, {}, { 'grantry.stack': '' });
    const theirs = row(GITHUB, {}, { 'grantry.stack': 'another' });
    const foreign = async (one: object) => (await read(desired(GITHUB), { rows: [one] })).objects[0]?.foreign;
    expect(await foreign(unmarked)).toEqual([{ what: 'identity provider github-actions', stack: undefined }]);
    expect(await foreign(theirs)).toEqual([{ what: 'identity provider github-actions', stack: 'another' }]);
  });

  it('reads all of many', async () => {
    const many = Array.from({ length: 230 }, (_, index) => row(issuer({ name: `i${index}`, alias: `i${index}` })));
    expect((await read(desired(), { rows: many })).objects).toHaveLength(230);
  });
});

async function reasons(of: DesiredIssuer, world: World): Promise<unknown> {
  return (await read(desired(of), world)).impossible.map(({ reason, hint }) => `${reason} | ${hint}`);
}

describe('what is in the way', () => {
  it('a server without the feature, by version and kind', async () => {
    expect(await reasons(GITHUB, { features: [], version: '26.4.7' })).toEqual([
      expect.stringMatching(/^Keycloak 26\.4\.7 takes no tokens of oidc .*client-auth-federated.*preview.*26\.6/),
    ]);
    expect(await reasons(GITHUB, { features: ['AUTHZEN'] })).toEqual([
      expect.stringMatching(/^this Keycloak takes no tokens.*or without what switches it off/),
    ]);
    const spiffe = issuer({ kind: 'spiffe', trustDomain: 'spiffe://acme' });
    expect(await reasons(spiffe, {})).toEqual([
      expect.stringMatching(/spiffe switched off.*--features=spiffe, a preview/),
    ]);
    expect(await reasons(spiffe, { features: [...ON, 'SPIFFE'] })).toEqual([]);
    expect(await reasons(issuer({ kind: 'kubernetes' }), { features: ['CLIENT_AUTH_FEDERATED'] })).toEqual([
      expect.stringContaining('--features=kubernetes-service-accounts'),
    ]);
  });

  it('another alias than before, another kind, and an identity provider that people need', async () => {
    expect(await reasons({ ...GITHUB, alias: 'new' }, { rows: [row(GITHUB)] })).toEqual([
      expect.stringMatching(/cannot give that the alias new \| Keep alias: github-actions/),
    ]);
    expect(await reasons(issuer({ kind: 'kubernetes' }), { rows: [row(GITHUB)] })).toEqual([
      expect.stringMatching(/of the kind oidc, and Keycloak cannot make it one of the kind kubernetes/),
    ]);
    const people = row(GITHUB, {}, { 'grantry.stack': '', authorizationUrl: 'https://token.test/login' });
    expect(await reasons(GITHUB, { rows: [people] })).toEqual([
      expect.stringMatching(/people log in by identity provider github-actions.*Leave url out/),
    ]);
  });
});

describe('the keys of an issuer', () => {
  it('are where its metadata say, or where the Target says it', async () => {
    const asked = await read(desired(GITHUB));
    expect(asked.completions.get('Issuer/github')?.fields).toEqual({ jwksUrl: URL_OF_KEYS });
    const told = await read(desired({ ...GITHUB, jwksUrl: 'https://elsewhere.test/keys' }), {
      documents: { 'https://elsewhere.test/keys': { keys: [{ kty: 'EC' }] } },
    });
    expect([told.completions.size, told.notices, told.asked]).toEqual([0, [], ['https://elsewhere.test/keys']]);
  });

  it('are fetched only of an issuer that is to be written', async () => {
    expect((await read(desired(GITHUB))).asked).toEqual([METADATA, URL_OF_KEYS]);
    expect((await read(desired(GITHUB), { rows: [row(GITHUB)] })).asked).toEqual([METADATA]);
    const told = { ...GITHUB, jwksUrl: URL_OF_KEYS };
    expect((await read(desired(told), { rows: [row(told)] })).asked).toEqual([]);
  });

  it.each([
    ['cannot be reached', {}, 'the issuer'],
    ['gives something else', { [METADATA]: 'a page' }, 'gives no OpenID metadata'],
    [
      'is another',
      { [METADATA]: { issuer: 'https://evil.test', jwks_uri: URL_OF_KEYS } },
      'the issuer https://evil.test, not of',
    ],
  ])(
    'are not known where the issuer %s: a new one is refused, and one that is there left as it is',
    async (_, documents, words) => {
      const fresh = await read(desired(GITHUB), { documents });
      expect(fresh.impossible).toEqual([
        { address: 'Issuer/github', reason: expect.stringContaining(words), hint: expect.stringContaining('jwksUrl') },
      ]);
      const there = await read(desired(GITHUB), { documents, rows: [row(GITHUB)] });
      expect(there.impossible).toEqual([]);
      expect(there.notices).toEqual([expect.stringContaining(words)]);
      expect(there.completions.get('Issuer/github')?.fields).toEqual({ jwksUrl: URL_OF_KEYS });
      const elsewhere = row(GITHUB, {}, { issuer: 'https://old.test' });
      expect((await read(desired(GITHUB), { documents, rows: [elsewhere] })).impossible).toHaveLength(1);
    },
  );

  it('that cannot be fetched are said beside the plan: Keycloak may reach them, and says nothing before a login', async () => {
    const metadata = { [METADATA]: DOCUMENTS[METADATA] };
    const says = [expect.stringMatching(/^Issuer\/github: its keys could not be fetched from here.*\(401\)\.$/)];
    expect((await read(desired(GITHUB), { documents: metadata })).notices).toEqual(says);
    const none = { ...metadata, [URL_OF_KEYS]: { keys: [] } };
    expect((await read(desired(GITHUB), { documents: none })).notices).toEqual(says);
    const cluster = { ...issuer({ kind: 'kubernetes' }), jwksUrl: undefined };
    expect((await read(desired(cluster), { documents: {} })).notices).toEqual(says);
    expect((await read(desired(cluster))).notices).toEqual([]);
  });
});

it('withHolders: names the clients of others that log in by an issuer', async () => {
  const { objects } = await read(desired(GITHUB), { rows: [row(GITHUB)] });
  const [held] = withHolders(objects, new Map([['github-actions', ['theirs']]]));
  expect(held?.outsideHolders).toEqual({ '': ['theirs'] });
});
