/** The token endpoint, the introspection endpoint and the key set of a provider in memory, as one `fetch`. */
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import type { JWK } from 'jose';
import { algorithmOf } from '../../../demo/auth0/emulator/signing-key.ts';
import { grantedIn, recordIn, textIn } from '../../../src/providers/memory/fields.ts';
import type { MemoryProvider } from '../../../src/providers/memory/index.ts';
import type { JsonObject } from '../../../src/model/values/json.ts';
import type { MemoryObject } from '../../../src/providers/memory/objects.ts';
import { sharedSigningKey } from '../auth0/start-emulator.ts';

const ISSUER = 'https://memory.test';

export function memoryTokens(memory: MemoryProvider): typeof globalThis.fetch {
  return async (input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const key = await sharedSigningKey;
    if (pathname === '/jwks') return Response.json(key.jwks);
    const request = new Request(input, init);
    const parameters = new URLSearchParams(await request.text());
    const assertion = parameters.get('client_assertion');
    const client =
      assertion === null
        ? authenticated(memory, request.headers.get('authorization'), parameters)
        : await authenticatedByKey(memory, assertion);
    if (client === undefined || isShutOut(memory, client))
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    if (pathname === '/introspect') return Response.json({ active: parameters.has('token') });
    const granted = tokenOf(memory, client, parameters);
    if ('error' in granted) return Response.json({ error: granted.error }, { status: granted.status });
    // The reader of tokens goes by the real clock.
    const iat = Math.floor(Date.now() / 1000);
    const { lifetime, form, constants, ...claims } = granted;
    const azp = memory.clientIdOf(client);
    const proof = request.headers.get('dpop');
    if (form.isBound && proof === null) return Response.json({ error: 'invalid_request' }, { status: 400 });
    const cnf = proof === null ? {} : { cnf: { jkt: await calculateJwkThumbprint(jwkIn(proof)) } };
    const payload = { iss: ISSUER, azp, iat, exp: iat + lifetime, ...constants, ...claims, ...cnf };
    const token = await key.sign(payload, form.type, algorithmOf(form.alg));
    return Response.json({
      access_token: token,
      token_type: proof === null ? 'Bearer' : 'DPoP',
      expires_in: lifetime,
    });
  };
}

/** Where tokens are for one Api a client that is disabled is known, and may call nothing. */
function isShutOut({ capabilities }: MemoryProvider, { fields }: MemoryObject): boolean {
  return !capabilities.tokenPerApi && fields['enabled'] === false;
}

/** By an assertion for the issuer (RFC 7523), signed with a key that is registered. */
async function authenticatedByKey(memory: MemoryProvider, assertion: string): Promise<MemoryObject | undefined> {
  const clientId = decodeJwt(assertion).iss ?? '';
  const { kid = '', alg = '' } = decodeProtectedHeader(assertion);
  const key = memory.acceptsKey(clientId, kid);
  if (key === undefined) return undefined;
  await jwtVerify(assertion, await importJWK(key.jwk, alg), { audience: ISSUER, subject: clientId });
  return memory.objects.find((each) => each.kind === 'Client' && memory.clientIdOf(each) === clientId);
}

function authenticated(
  memory: MemoryProvider,
  authorization: string | null,
  parameters: URLSearchParams,
): MemoryObject | undefined {
  const basic = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
  const [clientId = '', secret = ''] =
    authorization === null
      ? [parameters.get('client_id') ?? '', parameters.get('client_secret') ?? '']
      : basic.split(':').map(decodeURIComponent);
  const client = memory.objects.find((each) => each.kind === 'Client' && memory.clientIdOf(each) === clientId);
  const used = authorization === null ? 'client_secret_post' : 'client_secret_basic';
  const isOther = memory.capabilities.authMethodEnforced && client?.fields['auth'] !== used;
  return isOther || !memory.accepts(clientId, secret) ? undefined : client;
}

interface Denial {
  readonly status: number;
  readonly error: string;
}

interface Granted {
  readonly scope: string;
  readonly aud: readonly string[];
  /** Seconds. */
  readonly lifetime: number;
  readonly constants: JsonObject;
  readonly form: { readonly isBound: boolean; readonly alg: string; readonly type: string };
}

/** What a token of this client says, or why there is none. */
function tokenOf(memory: MemoryProvider, { fields }: MemoryObject, parameters: URLSearchParams): Granted | Denial {
  const { tokenPerApi } = memory.capabilities;
  const asked = (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '');
  const audience = parameters.get('audience');
  const callable = memory.objects
    .filter(({ kind }) => kind === 'Api')
    .map((api) => ({ api: api.fields, ...grantedIn(fields, api.name) }))
    .filter(({ scopes, onRequest }) => scopes.length + onRequest.length > 0)
    .filter(({ api }) => !tokenPerApi || textIn(api, 'audience') === audience);
  const may = new Set(callable.flatMap(({ scopes, onRequest }) => [...scopes, ...onRequest]));
  if (tokenPerApi && callable.length === 0) return { status: 403, error: 'access_denied' };
  if (asked.some((scope) => !may.has(scope))) {
    return tokenPerApi ? { status: 403, error: 'access_denied' } : { status: 400, error: 'invalid_scope' };
  }
  const carried = callable.map(({ api, scopes, onRequest }) => ({
    api,
    scopes: [...scopes, ...onRequest.filter((scope) => asked.includes(scope))],
  }));
  const lifetimes = callable.flatMap(({ api }) =>
    typeof api['tokenLifetime'] === 'number' ? [api['tokenLifetime']] : [],
  );
  const first = (key: string, otherwise: string): string =>
    callable.map(({ api }) => textIn(api, key)).find((text) => text !== '') ?? otherwise;
  return {
    constants: Object.assign(
      {},
      ...carried.map(({ api, scopes }) => (scopes.length > 0 ? recordIn(api, 'claims') : {})),
    ),
    form: {
      isBound: first('senderConstrained', '') === 'dpop',
      alg: first('tokenAlg', 'RS256'),
      type: first('tokenType', 'JWT'),
    },
    scope: carried.flatMap(({ scopes }) => scopes).join(' '),
    aud: carried.flatMap(({ api, scopes }) => (scopes.length > 0 ? [textIn(api, 'audience')] : [])),
    lifetime: Math.min(300, ...lifetimes),
  };
}

/** The key in the header of a proof: that it is signed with it is taken on trust here. */
function jwkIn(proof: string): JWK {
  const { jwk } = decodeProtectedHeader(proof);
  if (jwk === undefined) throw new TypeError('a proof names no key');
  return jwk;
}
