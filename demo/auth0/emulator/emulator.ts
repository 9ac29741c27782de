/** An Auth0 tenant on the loopback: Management API and token endpoint, as strict as the real ones, state in memory. */
import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenOnLoopback } from './listen.ts';
import { ApiDate } from './api-dates.ts';
import { ClientAuthentication } from './token/client-authentication.ts';
import { newClientFields } from './management/client-defaults.ts';
import { apiError, insufficientScope, oauthError, Refusal } from './management/errors.ts';
import { faultBody, Faults } from './faults.ts';
import type { FaultRule } from './faults.ts';
import { newClientId, newGrantId } from './ids.ts';
import { textOf } from './json.ts';
import type { JsonObject } from './json.ts';
import { RateLimiter } from './rate-limits.ts';
import type { RateLimits } from './rate-limits.ts';
import { readForm, readJson } from './management/request-body.ts';
import { RequestLog } from './request-log.ts';
import type { LoggedRequest, RequestFilter } from './request-log.ts';
import { newResourceServer } from './management/resource-servers.ts';
import { findRoute, MANAGEMENT_SCOPES } from './management/routes.ts';
import { createSigningKey } from './signing-key.ts';
import type { SigningKey } from './signing-key.ts';
import { TenantState } from './state.ts';
import { DEFAULT_SWITCHES } from './switches.ts';
import type { Switches } from './switches.ts';
import { managementAudience } from './tenant.ts';
import type { Tenant } from './tenant.ts';
import { PossessionProofs } from './token/possession.ts';
import { TokenQuota } from './token/token-quota.ts';
import { issueToken } from './token/tokens.ts';
import type { TokenEndpoint } from './token/tokens.ts';

export interface EmulatorOptions {
  /** Host and port under which callers know the tenant: issuer and audience hold it. Default: where the server listens. */
  readonly domain?: string;
  /** Serves https with these; without them http. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** ISO day of the API's behaviour; default 2026-08-31, after the newest recording. */
  readonly apiDate?: string;
  readonly switches?: Partial<Switches>;
  /** Default: none. See PLANS for those of Auth0's plans. */
  readonly rateLimits?: RateLimits;
  /** What the application that the emulator starts with may do; default: everything. */
  readonly scopes?: readonly string[];
  /** Milliseconds since the epoch; default `Date.now`. */
  readonly now?: () => number;
  /** Default: a new one. To make one takes a moment; many emulators can share theirs. */
  readonly signingKey?: SigningKey;
}

export interface Auth0Emulator {
  /** Where it listens: `http://localhost:PORT`, or https. */
  readonly url: string;
  readonly domain: string;
  /** The application with which a caller starts: it holds a grant for the Management API. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** For tests that arrange or look at what the tenant holds. */
  readonly state: TenantState;
  /** The state with all that decides how it is handled. */
  readonly tenant: Tenant;
  readonly requests: readonly LoggedRequest[];
  /** The logged requests that are like the filter: `count({ method: 'POST', path: '/api/v2/clients' })`. */
  select(filter: RequestFilter): LoggedRequest[];
  count(filter: RequestFilter): number;
  /** Requests that change something, whether they succeeded or not. */
  writes(): LoggedRequest[];
  inject(rule: FaultRule): void;
  /** Forgets requests and faults; what the tenant holds stays. */
  reset(): void;
  close(): Promise<void>;
}

const API = '/api/v2';

export async function startAuth0Emulator(options: EmulatorOptions = {}): Promise<Auth0Emulator> {
  const log = new RequestLog();
  const faults = new Faults();
  let handle: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>;
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    handle(incoming, outgoing).catch((error: unknown) => {
      // A defect of the emulator: it must not look like one of the API's own failures.
      outgoing.writeHead(599, { 'content-type': 'text/plain' }).end(`emulator: ${String(error)}`);
    });
  };
  const server = options.tls === undefined ? createHttpServer(listener) : createHttpsServer(options.tls, listener);
  const { url, port, close } = await listenOnLoopback(server, options.tls === undefined ? 'http' : 'https');
  const domain = options.domain ?? `localhost:${port}`;
  const tenant: Tenant = {
    domain,
    name: domain.split(/[.:]/)[0] ?? domain,
    state: new TenantState(),
    apiDate: new ApiDate(options.apiDate ?? '2026-08-31'),
    switches: { ...DEFAULT_SWITCHES, ...options.switches },
    now: options.now ?? Date.now,
  };
  const endpoint: TokenEndpoint = {
    key: options.signingKey ?? (await createSigningKey()),
    authentication: new ClientAuthentication(),
    proofs: new PossessionProofs(),
    quota: new TokenQuota(),
  };
  const limiter = new RateLimiter(options.rateLimits ?? {}, tenant.switches.retryAfter);
  const application = seedTenant(tenant, options.scopes ?? MANAGEMENT_SCOPES);
  handle = (incoming, outgoing) => serve({ incoming, outgoing }, { log, faults, limiter, endpoint, tenant });
  return {
    url,
    domain,
    ...application,
    state: tenant.state,
    tenant,
    get requests() {
      return log.requests;
    },
    select: (filter) => log.select(filter),
    count: (filter) => log.select(filter).length,
    writes: () => log.select({ write: true }),
    inject: (rule) => faults.inject(rule),
    reset: () => {
      log.clear();
      faults.clear();
    },
    close,
  };
}

/** What every tenant holds: the global client, the Management API, and here an application that may use it. */
function seedTenant(tenant: Tenant, scopes: readonly string[]): { clientId: string; clientSecret: string } {
  const { state } = tenant;
  const globalId = newClientId();
  const { app_type: _type, ...global } = newClientFields({ name: 'All Applications' }, tenant);
  state.clients.set(globalId, { id: globalId, fields: { ...global, global: true, owners: ['mr|tenant-owner'] } });
  const audience = managementAudience(tenant);
  const declared = MANAGEMENT_SCOPES.map((value) => ({ value, description: value }));
  const management = newResourceServer(
    { name: 'Auth0 Management API', identifier: audience, scopes: declared },
    tenant,
  );
  management.fields = { ...management.fields, is_system: true };
  state.addResourceServer(management);
  const clientId = newClientId();
  const sent: JsonObject = {
    name: 'grantry',
    app_type: 'non_interactive',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post',
  };
  const fields = newClientFields(sent, tenant);
  state.clients.set(clientId, { id: clientId, fields });
  const grant: JsonObject = { client_id: clientId, audience, scope: [...scopes], subject_type: 'client' };
  state.addGrant({ id: newGrantId(), fields: grant });
  return { clientId, clientSecret: textOf(fields['client_secret']) };
}

interface Machinery {
  readonly log: RequestLog;
  readonly faults: Faults;
  readonly limiter: RateLimiter;
  readonly endpoint: TokenEndpoint;
  readonly tenant: Tenant;
}

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

async function serve({ incoming, outgoing }: Exchange, machinery: Machinery): Promise<void> {
  const { pathname: path, search: query, searchParams } = new URL(incoming.url ?? '/', 'http://localhost');
  const method = incoming.method ?? 'GET';
  const note = machinery.log.note({ method, path, query });
  const { delay, fault } = machinery.faults.next({ method, path });
  if (delay > 0) await sleep(delay);
  if (fault === undefined || fault.when === 'after') {
    const answer = await answerTo(incoming, { method, path, query: searchParams }, machinery);
    note.done = answer.status < 400;
    if (fault === undefined) return write({ incoming, outgoing }, answer, note);
  } else {
    incoming.resume();
  }
  if (fault.kind === 'drop') return void incoming.socket.destroy();
  const body = fault.body ?? faultBody(fault.status);
  write({ incoming, outgoing }, { status: fault.status, body, headers: fault.headers ?? {} }, note);
}

function write(
  { outgoing }: Exchange,
  { status, body, headers }: Answer,
  note: { status: number | undefined; answeredAt: number | undefined },
): void {
  note.status = status;
  note.answeredAt = performance.now();
  const text = body === undefined ? '' : JSON.stringify(body);
  const type = body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' };
  outgoing.writeHead(status, { ...type, ...headers }).end(text);
}

interface Line {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

async function answerTo(incoming: IncomingMessage, line: Line, machinery: Machinery): Promise<Answer> {
  const ticket = machinery.limiter.admit(line, machinery.tenant.now());
  try {
    if (ticket.refusal !== undefined) throw ticket.refusal;
    const { status, body } = await dispatch(incoming, line, machinery);
    return { status, body, headers: ticket.headers };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    incoming.resume();
    return { status: error.status, body: error.body, headers: { ...ticket.headers, ...error.headers } };
  }
}

async function dispatch(
  incoming: IncomingMessage,
  { method, path, query }: Line,
  { endpoint, tenant }: Machinery,
): Promise<{ status: number; body?: unknown }> {
  if (path.startsWith(`${API}/`)) {
    const scopes = await admitted(incoming, { endpoint, tenant });
    const found = findRoute(method, path.slice(API.length));
    if (found === undefined) throw apiError(404, 'Not Found');
    const { route, params } = found;
    if (!route.scopes.some((scope) => scopes.has(scope))) throw insufficientScope(route.scopes);
    const body = method === 'GET' ? undefined : await readJson(incoming);
    return route.handle({ params, query, body, scopes }, tenant);
  }
  if (method === 'POST' && path === '/oauth/token') {
    const form = await readForm(incoming);
    return { status: 200, body: await issueToken(form, incoming.headers, { endpoint, tenant }) };
  }
  if (method === 'GET' && path === '/.well-known/jwks.json') return { status: 200, body: endpoint.key.jwks };
  if (method === 'GET' && path === '/.well-known/openid-configuration') {
    return { status: 200, body: discovery(tenant.domain) };
  }
  throw oauthError(404, 'not_found', 'Not Found');
}

/** The scopes of the request's token, which must be one for the Management API. */
async function admitted(
  incoming: IncomingMessage,
  { endpoint, tenant }: Pick<Machinery, 'endpoint' | 'tenant'>,
): Promise<ReadonlySet<string>> {
  const token = /^Bearer (.+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
  if (token === undefined) throw apiError(401, 'Missing authentication', 'invalid_token');
  const expected = { issuer: `https://${tenant.domain}/`, audience: managementAudience(tenant), now: tenant.now() };
  try {
    const { scope } = await endpoint.key.verify(token, expected);
    return new Set(typeof scope === 'string' ? scope.split(' ') : []);
  } catch (error) {
    throw Object.assign(apiError(401, 'Invalid token.', 'invalid_token'), { cause: error });
  }
}

function discovery(domain: string): JsonObject {
  const issuer = `https://${domain}/`;
  return {
    issuer,
    token_endpoint: `${issuer}oauth/token`,
    jwks_uri: `${issuer}.well-known/jwks.json`,
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}
