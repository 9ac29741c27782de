import { formatDuration } from '../model/duration.ts';
import type { Json } from '../model/json.ts';
import type { DeliveryReason, Op } from '../model/plan.ts';
import type { Danger } from '../engine/plan/danger.ts';

const LABELS: Readonly<Record<string, string>> = {
  clientId: 'client id',
  'flows standard': 'standard flow',
  'flows implicit': 'implicit flow',
  'flows directAccessGrants': 'direct access grants',
  'flows serviceAccount': 'service account',
  'flows device': 'device flow',
  'flows ciba': 'CIBA flow',
  'flows tokenExchange': 'token exchange',
  'otherScopes default': 'other default scopes',
  'otherScopes optional': 'other optional scopes',
  serviceAccount: 'service account user',
  'roles realm': 'realm roles',
  'roleParts realm': 'realm roles included',
  groups: 'roles by groups',
  'scopeMappings realm': 'realm roles in tokens',
  protocolMappers: 'protocol mappers',
  publicClient: 'public client',
  bearerOnly: 'bearer-only',
  consentRequired: 'consent required',
  authorizationServices: 'authorization services',
  fullScopeAllowed: 'full scope allowed',
  redirectUris: 'redirect URIs',
  webOrigins: 'web origins',
  auth: 'authentication',
  tokenLifetime: 'token lifetime',
  rotateEvery: 'rotated every',
  introspectedBy: 'introspected by',
  displayName: 'display name',
  appType: 'application type',
  grantTypes: 'grant types',
  oidcConformant: 'OIDC conformant',
  authenticationMethod: 'authentication method',
  signingAlgorithm: 'signing algorithm',
  allowedOrigins: 'allowed origins',
  logoutUrls: 'logout URLs',
};

const SCOPE_LABELS: Readonly<Record<string, string>> = {
  introspectedBy: 'introspected by',
  inTokenScope: 'in scope claim',
  otherMappers: 'other mappers',
  otherAttributes: 'other attributes',
  roles: 'role scope mappings',
  markedFor: 'marked for Api',
};

/** What a reviewer calls a field; the path itself where there is no word for it. */
export function labelOf(path: readonly string[]): string {
  const known = LABELS[path.join(' ')];
  if (known !== undefined) return known;
  const [head, second = '', third = ''] = path;
  if (head === 'access' && path.length === 3 && third === 'scopes') return `may call ${second}`;
  if (head === 'access' && path.length === 3 && third === 'onRequest') return `on request ${second}`;
  if (head === 'access' && path.length === 3 && third === 'organizations') return `organizations ${second}`;
  if (head === 'roles' && second === 'clients' && path.length === 3) return `roles of ${third}`;
  if (head === 'roleParts' && second === 'clients' && path.length === 3) return `roles of ${third} included`;
  if (head === 'scopeMappings' && second === 'clients' && path.length === 3) return `roles of ${third} in tokens`;
  if (head === 'labels' && path.length === 2) return `label ${second}`;
  if (head === 'attributes' && path.length === 2) return `attribute ${second}`;
  if (head === 'metadata' && path.length === 2) return `metadata ${second}`;
  if (head === 'otherGrants' && path.length === 2) return `may call ${second}`;
  if (head === 'scopes' && path.length === 3) return `${second} ${SCOPE_LABELS[third] ?? third}`;
  return path.join(' ');
}

/** One value in words. Text that could be taken for something else is quoted. */
export function valueOf(path: readonly string[], value: Json | undefined): string {
  if (value === undefined) return '(not set)';
  if (path.length === 1 && path[0] === 'tokenLifetime') return lifetime(value);
  if (path.length === 1 && path[0] === 'rotateEvery' && typeof value === 'number') return formatDuration(value);
  if (value === null) return '(none)';
  if (typeof value === 'string')
    return isProse(path) || !PLAIN.test(value) ? `"${value.replaceAll('"', '\\"')}"` : value;
  if (Array.isArray(value) && value.length === 0) return '(empty)';
  return JSON.stringify(value);
}

function lifetime(value: Json): string {
  if (value === null) return '(server default)';
  return typeof value === 'number' ? formatDuration(value) : JSON.stringify(value);
}

const PLAIN = /^[\w.:/@*+%~=,-]+$/;

/** Free text, which is always quoted. */
function isProse(path: readonly string[]): boolean {
  return path.at(-1) === 'description' || path[0] === 'labels' || path[0] === 'attributes';
}

/** How long something took: `240ms`, `1.2s`, `2m 5s`. */
export function elapsed(milliseconds: number): string {
  if (!Number.isFinite(milliseconds) || milliseconds < 0) return '0ms';
  if (milliseconds < 999.5) return `${Math.round(milliseconds)}ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}m ${seconds % 60}s` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

/** Why a document is written, for the one who reviews it. */
export const DELIVERY_REASON_WORDS: Readonly<Record<DeliveryReason, string>> = {
  new: 'the client is new',
  'in-use': 'its document is in use: the client gets the secret that lies there',
  'previous-guessable': 'anybody can guess the previous secret: its overlap ends at once',
  guessable: 'anybody can guess the secret: it is replaced at once, and consumers must read the new one',
  missing: 'the store has no document',
  'never-delivered': 'the secret was never delivered',
  moved: 'its place in the store has changed',
  'secret-changed': 'the secret was changed at the provider since it was delivered',
  'facts-changed': 'what the document tells beside the secret has changed',
  differs: 'the secret in the store is not the one at the provider',
  unmarked: 'the document in the store has lost its mark, and gets it again',
};

/** What is dangerous of a change, behind its name. */
export const DANGER_WORDS: Readonly<Record<Danger, string>> = {
  delete: 'is deleted',
  'secret-moves': 'its secret moves',
  'login-moves': 'its secret is sent to another server',
  'foreign-folder': "its secret lies in another owner's folder",
  'gains-roles': 'gains roles',
  'foreign-reach': 'reaches what others own',
  'foreign-holders': 'clients outside this stack hold it',
  widens: 'widens access',
};

/** What stands in front of a change. */
export const SYMBOLS: Readonly<Record<Op, string>> = {
  delete: '-',
  update: '~',
  adopt: '*',
  deliver: '>',
  create: '+',
};

/** What a summary calls a change that is still to come. */
export const PENDING: Readonly<Record<Op, string>> = {
  create: 'to create',
  update: 'to change',
  adopt: 'to adopt',
  deliver: 'to deliver',
  delete: 'to delete',
};

/** `1 client`, `2 clients`, `12,000 clients`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${thousands(number)} ${number === 1 ? singular : plural}`;
}

/** The number with commas, the same on every machine. */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
