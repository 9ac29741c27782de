import { isDeepStrictEqual } from 'node:util';
import { sameJson } from '../../../model/values/json.ts';
import { hasUndeclared, viewAttributes } from './attributes.ts';
import { clientToFields, fieldsToAttributes, fieldsToClient } from './convert-client.ts';
import type { ClientFields } from '../fields.ts';
import { ATTRIBUTE, MARK } from './marks.ts';
import type { Fields } from '../../../model/state.ts';
import type { PolicyRules } from '../policies/policy-rules.ts';
import { formToAttributes } from './token-attributes.ts';
import { isMasked } from './representations.ts';
import type { ClientRepresentation } from './representations.ts';

/*
 * Bodies of PUTs. Keycloak keeps what one leaves out, but executors of the realm's client policies look at the body alone: what
 * they miss there they fill in (another authenticator, other algorithms), or refuse the change for. So each body says all that
 * the client is, but for secrets.
 */

/** For what a change alters, or undefined where nothing that a PUT takes is altered; `keys`: the attributes of keys, where these change. */
export function changedClient(
  before: ClientFields,
  after: ClientFields,
  keys: Readonly<Record<string, string>> = {},
): Record<string, unknown> | undefined {
  const [was, is] = [fieldsToClient(before), fieldsToClient(after)];
  const [had, has] = [fieldsToAttributes(before), { ...fieldsToAttributes(after, before), ...keys }];
  const losesMappers = !sameJson(before.protocolMappers, after.protocolMappers);
  const changesAttributes = Object.entries(has).some(([key, value]) => (had[key] ?? '') !== value);
  // What keys a client has is in no field by which its attributes are made.
  const losesKeys = !sameJson(before.strayKeys, after.strayKeys);
  if (!losesMappers && !losesKeys && !changesAttributes && isDeepStrictEqual(was, is)) return undefined;
  // Mappers take a right of their own on newer servers.
  return { ...is, attributes: has, ...(losesMappers ? { protocolMappers: [] } : {}) };
}

/** What a PUT takes, and the attributes apart. */
export interface ClientSettings extends Readonly<Record<string, unknown>> {
  readonly attributes: Readonly<Record<string, string>>;
}

/** For a write of something else, such as a mark: all settings as they stand. */
export function settingsAsTheyStand(client: ClientRepresentation): ClientSettings {
  // What is masked is left out: it keeps its value, and a mask would become the value.
  const kept = Object.entries(client.attributes).filter(([name, value]) => !isKeptByServer(name) && !isMasked(value));
  return {
    protocol: client.protocol,
    standardFlowEnabled: client.standardFlowEnabled,
    implicitFlowEnabled: client.implicitFlowEnabled,
    directAccessGrantsEnabled: client.directAccessGrantsEnabled,
    serviceAccountsEnabled: client.serviceAccountsEnabled,
    publicClient: client.publicClient,
    bearerOnly: client.bearerOnly,
    consentRequired: client.consentRequired,
    fullScopeAllowed: client.fullScopeAllowed,
    redirectUris: client.redirectUris,
    webOrigins: client.webOrigins,
    clientAuthenticatorType: client.clientAuthenticatorType,
    // Keycloak 26.7 fails on a body without, where a client that was there before its overlap gets that from the policy.
    attributes: Object.fromEntries(kept),
  };
}

/** The books of the server about secrets: it writes them itself. */
function isKeptByServer(name: string): boolean {
  return (name.startsWith('client.secret.') && name !== ATTRIBUTE.authMethod) || name === 'realm_client';
}

/** What was written to a client, beside which it is read back. */
export interface WrittenClient {
  /** Undefined: it was created. */
  readonly before: ClientFields | undefined;
  readonly after: ClientFields;
  /** As it was read back: it is not part of what the server shows of a client. */
  readonly account: Pick<ClientFields, 'serviceAccount' | 'roles' | 'groups' | 'scopeMappings'>;
  /** Unix seconds. */
  readonly now: number;
  /** The body of the PUT; undefined where there was none. */
  readonly sent?: Readonly<Record<string, unknown>> | undefined;
}

/** A client after a write, in the words of plans; with `marksNotKept` where the server dropped marks of grantry. */
export async function fieldsAsFound(
  client: ClientRepresentation,
  { before, after, account, now, sent }: WrittenClient,
  policies: PolicyRules,
): Promise<Fields> {
  const isWhole = before === undefined || sent !== undefined;
  const granted = [...Object.entries(before?.access ?? {}), ...Object.entries(after.access)];
  const apiOfScope = new Map(
    granted.flatMap(([api, { scopes, onRequest }]) => [...scopes, ...onRequest].map((name) => [name, api] as const)),
  );
  const declaredAttributes = { ...after.attributes, ...formToAttributes(after) };
  const rules = hasUndeclared(client.attributes, declaredAttributes) ? await policies.read() : undefined;
  // Where all attributes were written, it was noted.
  const rotateEvery = isWhole ? undefined : (after.rotateEvery ?? undefined);
  const context = { apiOfScope, declaredAttributes, rotateEvery, now };
  const found = clientToFields(client, context, viewAttributes(client.attributes, declaredAttributes, rules));
  const isKept = !isWhole || client.attributes[MARK.declared] === fieldsToAttributes(after)[MARK.declared];
  // Time alone does not end a key that is still used: which ones are to go, the plan says.
  const endedKeys = found.endedKeys.filter((key) => before?.endedKeys.includes(key));
  return { ...found, ...account, endedKeys, ...(isKept ? {} : { marksNotKept: [MARK.declared] }) };
}
