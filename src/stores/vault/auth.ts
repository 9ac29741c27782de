import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { Secret } from '../../model/secrets/secret.ts';
import type { VaultSettings } from './settings.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Ports } from '../../platform/ports.ts';
import { githubIdToken } from '../../platform/workload/github-actions.ts';
import { podToken } from './auth-kubernetes.ts';
import { phrasesOf, saysInvalidToken, unexpectedBody, vaultError, wordsOf } from './errors.ts';
import { nameOfServer, productOf } from './product.ts';
import type { Server } from './product.ts';
import type { VaultTransport } from './transport.ts';

/** A token and how long it lives. */
export interface Lease {
  readonly token: Secret;
  /** Seconds from now; 0: for ever, or not known. */
  readonly ttl: number;
  readonly renewable: boolean;
}

/** A login that can be repeated; a static token has none. */
export type LoginMethod = Exclude<VaultSettings['auth'], { kind: 'token' }>;

const authBody = z.object({
  auth: z.object({ client_token: z.string().regex(/^[!-~]+$/), lease_duration: z.number(), renewable: z.boolean() }),
});
const lookupBody = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().optional() }) });

/** Logs in and returns a new token. */
export async function login(
  method: LoginMethod,
  settings: VaultSettings,
  send: VaultTransport,
  ports: Ports,
): Promise<Lease> {
  const path = `auth/${method.mount}/login`;
  const response = await send({ method: 'POST', path, json: await credentials(method, settings, ports) }, undefined);
  if (response.status !== 200) {
    throw loginError(response, method, settings, path);
  }
  return leaseOf(response, settings, path);
}

async function credentials(method: LoginMethod, server: Server, ports: Ports): Promise<Record<string, string>> {
  const { label } = productOf(server);
  switch (method.kind) {
    case 'approle':
      return { role_id: method.roleId, secret_id: method.secretId.reveal() };
    case 'jwt':
      return { role: method.role, jwt: method.token.reveal() };
    case 'github':
      return { role: method.role, jwt: (await githubIdToken(method.audience, label, ports)).reveal() };
    case 'kubernetes':
      return { role: method.role, jwt: (await podToken(label, ports)).reveal() };
    default:
      return method satisfies never;
  }
}

const NAMES: Readonly<Record<LoginMethod['kind'], string>> = {
  approle: 'AppRole',
  jwt: 'JWT',
  github: 'GitHub Actions (JWT)',
  kubernetes: 'Kubernetes',
};

function loginError(response: HttpResponse, method: LoginMethod, server: Server, path: string): GrantryError {
  const refused = response.status === 400 || response.status === 401 || response.status === 403;
  const noHandler = response.status === 404 && phrasesOf(response).includes('no handler for route');
  const behindVersion = phrasesOf(response).includes('no handler for route "v1/');
  if ((!(refused && phrasesOf(response) !== '') && !noHandler) || behindVersion) {
    return vaultError(response, { server, path, capabilities: ['update'] });
  }
  const message = `${nameOfServer(server)} refuses the ${NAMES[method.kind]} login at ${path} (status ${response.status})${wordsOf(response)}`;
  return new GrantryError('NOT_ALLOWED', message, { hint: loginHint(method, server) });
}

function loginHint(method: LoginMethod, server: Server): string {
  return method.kind === 'approle'
    ? `Check roleId and secretId${method.secretId.origin}: is it used up or expired? And is the auth method mounted at ${method.mount}/?`
    : `Check the role with: ${productOf(server).command} read auth/${method.mount}/role/${method.role} (its bound audiences, subject and claims). ${productOf(server).page} shows one that fits.`;
}

/** Renews a token; undefined when the server does not. */
export async function renew(token: Secret, server: Server, send: VaultTransport): Promise<Lease | undefined> {
  const path = 'auth/token/renew-self';
  const response = await send({ method: 'POST', path, json: {}, idempotent: true }, token);
  if (response.status === 400 || response.status === 403) {
    return undefined;
  }
  if (response.status !== 200) {
    throw vaultError(response, { server, path, capabilities: ['update'] });
  }
  return leaseOf(response, server, path);
}

/** What the server knows of a static token; one that may not look itself up is taken as it is. */
export async function lookUp(token: Secret, server: Server, send: VaultTransport): Promise<Lease> {
  const path = 'auth/token/lookup-self';
  const response = await send({ method: 'GET', path }, token);
  if (response.status === 403 && phrasesOf(response) !== '' && !saysInvalidToken(response)) {
    return { token, ttl: 0, renewable: false };
  }
  if (response.status !== 200) {
    throw vaultError(response, { server, path, capabilities: ['read'], tokenOrigin: token.origin });
  }
  const parsed = lookupBody.safeParse(response.body);
  if (!parsed.success) {
    throw unexpectedBody(response, { server, path, capabilities: ['read'] }, parsed.error);
  }
  return { token, ttl: parsed.data.data.ttl, renewable: parsed.data.data.renewable ?? false };
}

function leaseOf(response: HttpResponse, server: Server, path: string): Lease {
  const parsed = authBody.safeParse(response.body);
  if (!parsed.success) {
    throw unexpectedBody(response, { server, path, capabilities: ['update'] }, parsed.error);
  }
  const { client_token: token, lease_duration: ttl, renewable } = parsed.data.auth;
  return { token: new Secret(token), ttl, renewable };
}
