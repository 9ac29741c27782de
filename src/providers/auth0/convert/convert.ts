import { ANY } from '../../../model/auth-method.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { Json, JsonObject } from '../../../model/values/json.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { ApiFields, ClientFields } from '../fields.ts';
import { MARK, formatName, parseDeclared, parseLabels, parseName } from './marks.ts';
import type { Metadata } from './marks.ts';
import { keysIn, methodWith, PRIVATE_KEY_JWT, usesKeys } from './keys.ts';
import { settingsOfLogins } from './equal-in-effect.ts';
import { parseKeys } from './key-marks.ts';
import { senderConstraintOf, tokenTypeOf } from './token-form.ts';
import { NO_ORGANIZATION } from '../read/grants.ts';
import type { Application, ClientGrant, ResourceServer } from './representations.ts';

/** What of a tenant a client's fields are made from. */
export interface Vocabulary {
  /** Names of Apis by audience. */
  readonly apiOf: ReadonlyMap<string, string>;
  /** The metadata that the manifest declares now. */
  readonly declared: Readonly<Record<string, string>>;
  /** How often the manifest has the credential rotated; undefined: no manifest declares the client. */
  readonly rotateEvery: number | undefined;
  /** Unix seconds. */
  readonly now: number;
}

export function applicationToFields(
  app: Application,
  grants: readonly ClientGrant[],
  { apiOf, declared, rotateEvery, now }: Vocabulary,
): ClientFields {
  const metadata = app.client_metadata;
  const marked = parseName(metadata);
  const { access, otherGrants } = grantsToFields(grants, apiOf);
  return {
    stack: metadata[MARK.stack] ?? null,
    name: marked.name ?? null,
    // One that was last written before this was noted counts as rotated as the manifest says.
    rotateEvery: marked.rotateEvery ?? rotateEvery ?? null,
    owner: ownerOrNull(metadata[MARK.owner]),
    displayName: app.name,
    description: app.description,
    labels: parseLabels(metadata),
    enabled: isEnabled(metadata),
    ...settingsOfLogins(app),
    grantTypes: app.grant_types,
    access,
    otherGrants,
    callbacks: app.callbacks,
    webOrigins: app.web_origins,
    allowedOrigins: app.allowed_origins,
    logoutUrls: app.allowed_logout_urls,
    ...authenticationOf(app, now),
    metadata: watchedMetadata(metadata, declared),
  };
}

const DISABLED = 'disabled';

/** Auth0 has no applications that are disabled: grantry notes it of those whose grants it took away for that. */
export function isEnabled(metadata: Metadata): boolean {
  return metadata[MARK.state] !== DISABLED;
}

/** By what an application is known. Of keys that it does not use none is declared. */
function authenticationOf(app: Application, now: number): Authentication {
  const { present, previous, others } = keysIn(app);
  if (!usesKeys(app)) {
    return {
      authenticationMethod: app.client_authentication_methods?.name ?? 'client_secret',
      auth: app.token_endpoint_auth_method ?? ANY,
      signingAlg: null,
      strayKeys: [present, previous].flatMap((key) => key?.credentialId ?? []).toSorted(),
      endedKeys: [],
    };
  }
  const hasEnded = previous !== undefined && previous.until <= now;
  return {
    authenticationMethod: PRIVATE_KEY_JWT,
    auth: PRIVATE_KEY_JWT,
    signingAlg: parseKeys(app.client_metadata)?.alg ?? ANY,
    strayKeys: [...others],
    endedKeys: hasEnded ? [previous.credentialId] : [],
  };
}

type Authentication = Pick<ClientFields, 'authenticationMethod' | 'auth' | 'signingAlg' | 'strayKeys' | 'endedKeys'>;

/** What an application may call; `apiOf` has the names of the Apis that are known. */
export function grantsToFields(
  grants: readonly ClientGrant[],
  apiOf: Vocabulary['apiOf'],
): Pick<ClientFields, 'access' | 'otherGrants'> {
  const known = grants.filter(({ audience }) => apiOf.has(audience));
  const others = grants.filter(({ audience }) => !apiOf.has(audience));
  return {
    access: Object.fromEntries(known.map((grant) => [apiOf.get(grant.audience) ?? grant.audience, accessOf(grant)])),
    otherGrants: Object.fromEntries(others.map((grant) => [grant.audience, scopesOf(grant)])),
  };
}

/** An owner is optional: none, and one that says nothing, are the same on both sides of a comparison. */
export function ownerOrNull(owner: string | undefined): string | null {
  return owner === undefined || owner === '' ? null : owner;
}

/** Stands for a value that no manifest says: a reader of plans may have no right to read the tenant. */
const HIDDEN = '(set)';

/** What is declared now, and what was when the application was last applied. */
function watchedMetadata(metadata: Metadata, declared: Vocabulary['declared']): Record<string, string> {
  const watched = new Set([...Object.keys(declared), ...parseDeclared(metadata)]);
  const present = Object.entries(metadata).filter(([key]) => watched.has(key) && !key.startsWith(MARK.prefix));
  return Object.fromEntries(
    present.map(([key, value]) => {
      const wanted = Object.hasOwn(declared, key) ? declared[key] : undefined;
      return [key, value === wanted ? value : wanted === HIDDEN ? `${HIDDEN} otherwise` : HIDDEN];
    }),
  );
}

/** Values that are not shown. */
export function unseenMetadata(
  metadata: Metadata,
  { metadata: shown }: Pick<ClientFields, 'metadata'>,
): Secret | undefined {
  const unseen = Object.entries(metadata).filter(([key, value]) => Object.hasOwn(shown, key) && shown[key] !== value);
  return unseen.length === 0 ? undefined : new Secret(JSON.stringify(unseen.toSorted(byKey)));
}

function byKey([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}

/** A grant of whatever the Api has is no list of scopes; its name stands for one. */
const ALL_SCOPES = '(all scopes)';

/** A client of a machine has no organization: a token for none must be had, and one for any is more than was granted. */
function accessOf(grant: ClientGrant): ClientFields['access'][string] {
  const { organization_usage: usage } = grant;
  const scopes = scopesOf(grant);
  return usage === NO_ORGANIZATION ? { scopes } : { scopes, organizations: usage };
}

function scopesOf({ scope, allow_all_scopes: all }: ClientGrant): string[] {
  return all ? [ALL_SCOPES] : scope;
}

/** The body of a POST, without metadata. One that is to be known by keys has none yet: these come with ids of their own. */
export function newApplication(fields: ClientFields): JsonObject {
  return { ...fieldsToApplication(fields), ...authenticationBody(fields, []) };
}

/** Of the two ways to authenticate one has to be null. With keys Auth0 asks for RS256 in tokens of users, of whom there are none. */
function authenticationBody({ auth }: ClientFields, keys: readonly string[]): JsonObject {
  return auth === PRIVATE_KEY_JWT
    ? { client_authentication_methods: methodWith(keys), jwt_configuration: { alg: 'RS256' } }
    : { token_endpoint_auth_method: auth };
}

function fieldsToApplication(fields: ClientFields): JsonObject {
  return {
    name: fields.displayName,
    description: fields.description,
    app_type: fields.appType,
    grant_types: fields.grantTypes,
    callbacks: fields.callbacks,
    web_origins: fields.webOrigins,
    allowed_origins: fields.allowedOrigins,
    allowed_logout_urls: fields.logoutUrls,
    oidc_conformant: fields.oidcConformant,
  };
}

/** client_metadata as an application of these fields has it, without what others keep there. */
export function fieldsToMetadata(fields: ClientFields): Record<string, string> {
  const declared = Object.keys(fields.metadata).toSorted();
  return {
    ...fields.metadata,
    ...(fields.stack === null ? {} : { [MARK.stack]: fields.stack }),
    ...(fields.name === null ? {} : { [MARK.name]: formatName(fields.name, fields.rotateEvery) }),
    ...(fields.owner === null ? {} : { [MARK.owner]: fields.owner }),
    ...(fields.enabled ? {} : { [MARK.state]: DISABLED }),
    ...(Object.keys(fields.labels).length === 0 ? {} : { [MARK.labels]: JSON.stringify(fields.labels) }),
    ...(declared.length === 0 ? {} : { [MARK.declared]: JSON.stringify(declared) }),
  };
}

/** What becomes of the keys of an application with a change. */
export interface KeyChange {
  /** Auth0's ids of those by which it is known from then on. */
  readonly ids: readonly string[];
  /** What is noted of them; null: nothing any more. */
  readonly mark: string | null;
}

/** The body of a PATCH. Auth0 merges metadata: null is for a key that is to go. */
export function changedApplication(before: ClientFields, after: ClientFields, keys?: KeyChange): JsonObject {
  const [was, is] = [fieldsToApplication(before), fieldsToApplication(after)];
  const body = changed(was, is);
  const marks = fieldsToMetadata(after);
  const metadata = changed(fieldsToMetadata(before), marks);
  const keyMark = keys === undefined ? {} : { [MARK.keys]: keys.mark };
  const authentication = changedAuthentication(before, after, keys);
  const marked = { ...metadata, ...keyMark };
  const isChanged = Object.keys({ ...body, ...authentication, ...marked }).length > 0;
  // Of an application from before it was noted how often it is rotated, that is no difference.
  const name = marks[MARK.name];
  const written = { ...marked, ...(isChanged && name !== undefined ? { [MARK.name]: name } : {}) };
  return {
    ...body,
    ...authentication,
    ...(Object.keys(written).length > 0 ? { client_metadata: written } : {}),
  };
}

function changedAuthentication(before: ClientFields, after: ClientFields, keys: KeyChange | undefined): JsonObject {
  const takesOver = before.authenticationMethod !== after.authenticationMethod;
  if (!takesOver && after.auth === PRIVATE_KEY_JWT) {
    return keys === undefined ? {} : { client_authentication_methods: methodWith(keys.ids) };
  }
  if (!takesOver && before.auth === after.auth) return {};
  const other = after.auth === PRIVATE_KEY_JWT ? 'token_endpoint_auth_method' : 'client_authentication_methods';
  // The one way comes when the other goes.
  return { ...authenticationBody(after, keys?.ids ?? []), ...(takesOver ? { [other]: null } : {}) };
}

function changed(was: JsonObject, is: JsonObject): Record<string, Json> {
  const keys = new Set([...Object.keys(was), ...Object.keys(is)]);
  return Object.fromEntries(
    [...keys].filter((key) => !sameJson(was[key], is[key])).map((key) => [key, is[key] ?? null]),
  );
}

/** What of a resource server counts. */
export interface Counted {
  /** The scopes that the manifest declares; null for an Api that grantry created, whose scopes all count. */
  readonly scopes: ReadonlySet<string> | null;
  readonly lifetimeDeclared: boolean;
  /** In place of the name that it has: of an Api that others made that is theirs. */
  readonly displayName?: string | undefined;
}

export function resourceServerToFields(server: ResourceServer, wanted: Counted): ApiFields {
  const counted = server.scopes.filter(({ value }) => wanted.scopes === null || wanted.scopes.has(value));
  return {
    audience: server.identifier,
    displayName: wanted.displayName ?? server.name,
    tokenLifetime: wanted.lifetimeDeclared ? (server.token_lifetime ?? null) : null,
    signingAlgorithm: server.signing_alg,
    tokenType: tokenTypeOf(server),
    senderConstrained: senderConstraintOf(server),
    scopes: Object.fromEntries(
      counted
        .toSorted((left, right) => (left.value < right.value ? -1 : 1))
        .map(({ value, description }) => [value, { description }]),
    ),
  };
}
