/**
 * A Keycloak that answers as later versions are documented to: a proxy before the one of the tests. Nothing here was measured on
 * those versions; each rule names the document that it follows.
 */
import { generateKeyPair, SignJWT, exportJWK, decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import { jsonAnswer, startCountingProxy } from './counting-proxy.ts';
import type { Answer, CountingProxy, Intercept, ProxiedRequest } from './counting-proxy.ts';
import type { TestRealm } from './realm.ts';

type Pass = (body?: string) => Promise<Answer>;

/** What a later version does with a request: answers it, or passes it on and changes the answer. */
type Rule = (request: ProxiedRequest, pass: Pass, realm: TestRealm) => Promise<Answer>;

/**
 * 26.8.2: a token for the Admin API must carry the client scope `kc-admin-api`; the upgrade gives it to `admin-cli` and
 * `security-admin-console` alone. Other tokens get 401 (CAMEL-26902, issues@camel.apache.org).
 */
const adminApiScope: Rule = async (request, pass) => {
  if (!isAdminApi(request) || isBuiltIn(request) || scopesOf(request).includes('kc-admin-api')) return pass();
  return refused(401, 'HTTP 401 Unauthorized');
};

/**
 * 26.8.2: to create, change or delete protocol mappers of clients and client scopes takes `manage-realm`
 * (https://www.keycloak.org/docs/26.8.2/upgrading/). Whether that holds for mappers in the body of a client or a client scope is not
 * said: here it does.
 */
const mappersNeedManageRealm: Rule = async (request, pass) => {
  const { method, path, body } = request;
  const writes = method !== 'GET' && isAdminApi(request);
  const isMapper =
    /\/protocol-mappers\//.test(path) || (/\/(clients|client-scopes)(\/[^/]+)?$/.test(path) && holdsMappers(body));
  return writes && isMapper && !holds(request, 'manage-realm') ? refused(403, 'HTTP 403 Forbidden') : pass();
};

/** 26.8.0: who may only view clients sees `**********` in place of secrets (changes-26_8_0.adoc). */
const maskedSecrets: Rule = async (request, pass) => {
  const answer = await pass();
  if (request.method !== 'GET' || !/\/clients(\/[^/]+)?(\?|$)/.test(request.path) || holds(request, 'manage-clients'))
    return answer;
  return rewritten(answer, (value) => (Array.isArray(value) ? value.map(mask) : mask(value)));
};

/** 26.8.0: assigning client scopes takes manage on client scopes too; listings are empty without view (changes-26_8_0.adoc). */
const assignmentNeedsManage: Rule = async (request, pass) => {
  if (!/\/clients\/[^/]+\/(default|optional)-client-scopes/.test(request.path)) return pass();
  if (request.method === 'GET') return holds(request, 'view-clients') ? pass() : jsonAnswer(200, []);
  return holds(request, 'manage-clients') ? pass() : refused(403, 'HTTP 403 Forbidden');
};

/**
 * 26.8.0: the client scopes `delegation:user` and `delegation:client` are optional scopes of every realm (changes-26_8_0.adoc).
 * Whether a client gets them that is created with scopes of its own is not said: here it does.
 */
const delegationScopes: Rule = async (request, pass, { admin }) => {
  const answer = await pass();
  if (request.method !== 'POST' || !request.path.endsWith('/clients') || answer.status !== 201) return answer;
  const id =
    answer.headers[answer.headers.findIndex((name) => name.toLowerCase() === 'location') + 1]?.split('/').at(-1) ?? '';
  for (const scope of await admin.clientScopes.find()) {
    if (scope.name?.startsWith('delegation:') !== true) continue;
    await admin.clients.addOptionalClientScope({ id, clientScopeId: scope.id ?? '' });
  }
  return answer;
};

/** 27.0: scope mappings list no realm roles to who may neither view nor give them (changes-27_0_0.adoc, #53480). */
const hiddenScopeMappings: Rule = async (request, pass) => {
  const answer = await pass();
  const isListing =
    request.method === 'GET' && /\/(clients|client-scopes)\/[^/]+\/scope-mappings(\/realm)?$/.test(request.path);
  if (!isListing || ['view-realm', 'manage-users'].some((role) => holds(request, role))) return answer;
  return rewritten(answer, (value) => (Array.isArray(value) ? [] : { ...objectOf(value), realmMappings: undefined }));
};

/** Which rules there are, by name. */
const RULES = {
  adminApiScope,
  mappersNeedManageRealm,
  maskedSecrets,
  assignmentNeedsManage,
  delegationScopes,
  hiddenScopeMappings,
} as const satisfies Record<string, Rule>;

export type RuleName = keyof typeof RULES | 'disabledLeaveAudience';

export interface KeycloakAhead extends CountingProxy {
  /** From now on these rules hold, and no others. */
  follow(names: readonly RuleName[]): void;
}

/** A realm behind a proxy, at first without any rule. */
export async function startKeycloakAhead(realm: TestRealm): Promise<KeycloakAhead> {
  const every: Readonly<Record<RuleName, Rule>> = { ...RULES, disabledLeaveAudience: await leaveAudience() };
  let rules: readonly Rule[] = [];
  const intercept: Intercept = (request, pass) => {
    const through = rules.reduceRight<Pass>(
      (next, rule) => (body) => rule({ ...request, body: body ?? request.body }, next, realm),
      pass,
    );
    return through();
  };
  const proxy = await startCountingProxy(realm.url, { intercept });
  return { ...proxy, follow: (names) => void (rules = names.map((name) => every[name])) };
}

/**
 * 26.7.5: a client that is disabled is in no token's `aud`, nor are its roles (changes-26_7_5.adoc, CVE-2026-93999). Tokens that
 * name one are signed again for that, with a key that the proxy shows beside the server's.
 */
async function leaveAudience(): Promise<Rule> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const key = { ...(await exportJWK(publicKey)), kid: 'ahead', alg: 'RS256', use: 'sig' };
  return async (request, pass, { admin }) => {
    const answer = await pass();
    if (request.path.endsWith('/protocol/openid-connect/certs')) {
      return rewritten(answer, (value) => ({ keys: [key, ...listIn(objectOf(value)['keys'])] }));
    }
    if (!request.path.endsWith('/protocol/openid-connect/token') || answer.status !== 200) return answer;
    const given = objectOf(JSON.parse(answer.body.toString()));
    const disabled = (await admin.clients.find()).flatMap(({ enabled, clientId = '' }) =>
      enabled === false ? [clientId] : [],
    );
    const claims = decodeJwt(String(given['access_token']));
    const isNamed = disabled.some((clientId) => [claims.aud ?? []].flat().includes(clientId));
    if (!isNamed) return answer;
    const token = await new SignJWT(withoutClients(claims, disabled))
      .setProtectedHeader({ alg: 'RS256', kid: 'ahead', typ: 'JWT' })
      .sign(privateKey);
    return jsonAnswer(200, { ...given, access_token: token });
  };
}

function listIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function withoutClients(claims: JWTPayload, disabled: readonly string[]): JWTPayload {
  const aud = [claims.aud ?? []].flat().filter((audience) => !disabled.includes(audience));
  const access = Object.entries(objectOf(claims['resource_access'])).filter(([client]) => !disabled.includes(client));
  return { ...claims, aud, ...(access.length === 0 ? {} : { resource_access: Object.fromEntries(access) }) };
}

function isAdminApi({ path }: ProxiedRequest): boolean {
  return path.startsWith('/admin/');
}

function claimsOf({ authorization = '' }: ProxiedRequest): JWTPayload {
  return authorization === '' ? {} : decodeJwt(authorization.replace(/^Bearer /i, ''));
}

function scopesOf(request: ProxiedRequest): string[] {
  const { scope } = claimsOf(request);
  return typeof scope === 'string' ? scope.split(' ') : [];
}

function isBuiltIn(request: ProxiedRequest): boolean {
  return ['admin-cli', 'security-admin-console'].includes(String(claimsOf(request)['azp']));
}

/** Whether the caller holds a role of the realm's management; the server's administrator holds all. */
function holds(request: ProxiedRequest, role: string): boolean {
  const access = Object.values(objectOf(claimsOf(request)['resource_access'])).map((of) => objectOf(of)['roles']);
  const held = access.flatMap(listIn);
  const implying = role.startsWith('view-') ? [role, role.replace('view-', 'manage-')] : [role];
  return implying.some((one) => held.includes(one));
}

function holdsMappers(body: string): boolean {
  const { protocolMappers } = objectOf(body === '' ? {} : JSON.parse(body));
  return Array.isArray(protocolMappers) && protocolMappers.length > 0;
}

const MASK = '**********';

function mask(client: unknown): unknown {
  const { secret, attributes, access, ...rest } = objectOf(client);
  const { 'client.secret.rotated': rotated, ...others } = objectOf(attributes);
  return {
    ...rest,
    ...(secret === undefined ? {} : { secret: MASK }),
    attributes: { ...others, ...(rotated === undefined ? {} : { 'client.secret.rotated': MASK }) },
    access: { ...objectOf(access), manage: false },
  };
}

function rewritten(answer: Answer, change: (value: unknown) => unknown): Answer {
  if (answer.status !== 200) return answer;
  return { ...answer, body: Buffer.from(JSON.stringify(change(JSON.parse(answer.body.toString())))) };
}

function refused(status: number, error: string): Answer {
  return jsonAnswer(status, { error });
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
