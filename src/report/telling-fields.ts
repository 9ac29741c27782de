import { isKind, nameOf } from '../model/address.ts';
import { isJsonObject, sameJson } from '../model/json.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Change, CreateChange, FieldChange } from '../model/plan.ts';
import { fieldChanges } from '../engine/plan/field-changes.ts';

/** The differences that tell a reviewer something. What every new client has is none, nor is the mark that adopting sets. */
export function tellingFields(change: Change): FieldChange[] {
  switch (change.op) {
    case 'delete':
      return fieldChanges({ ...change, before: pick(change.before, TOLD_ON_DELETE) });
    case 'create':
      // How a provider does it is its own matter: what it is for is told beside.
      if (isKind(change.address, 'Rotation')) return [];
      return fieldChanges({ ...change, after: prune(change.after, expectedOf(change), noteTest(change)) });
    case 'adopt':
      return fieldChanges(change).filter(({ path, before }) => !MARK.has(path[0] ?? '') || (before ?? null) !== null);
    case 'update':
    case 'deliver':
    default:
      return fieldChanges(change);
  }
}

const TOLD_ON_DELETE = ['access', 'roles', 'scopes'];
const MARK = new Set(['stack', 'name', 'owner']);

/** Told by the head of the change, or by the manifest beside it. */
const SILENT_ON_CREATE = new Set(['stack', 'name', 'owner', 'description', 'labels', 'overlap', 'rotateEvery']);

/** What every new client has beside empty lists and switches that are off: told only where it is otherwise. */
function expectedOf(change: CreateChange): JsonObject {
  return {
    clientId: nameOf(change.address),
    enabled: true,
    flows: { serviceAccount: true },
    serviceAccount: 'enabled',
    authenticator: 'client-secret',
    protocol: 'openid-connect',
    auth: 'client_secret_basic',
    displayName: nameOf(change.address),
    appType: 'non_interactive',
    grantTypes: ['client_credentials'],
    oidcConformant: true,
    authenticationMethod: 'client_secret',
    signingAlgorithm: 'RS256',
  };
}

function pick(fields: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => keys.includes(key)));
}

type NoteTest = (path: string) => boolean;

function noteTest({ notes }: CreateChange): NoteTest {
  return Object.keys(notes).length === 0 ? () => false : (path) => Object.hasOwn(notes, path);
}

/** Done before the leaves are compared: of some forty, few are left. */
function prune(fields: JsonObject, expected: JsonObject, isNoted: NoteTest, prefix = ''): JsonObject {
  const kept: [string, Json][] = [];
  for (const [key, value] of Object.entries(fields)) {
    const path = prefix + key;
    if (path === 'scopes') kept.push([key, value]);
    else if (isJsonObject(value)) {
      const usual = expected[key];
      const inner = prune(value, isJsonObject(usual) ? usual : {}, isNoted, `${path} `);
      if (Object.keys(inner).length > 0 && !SILENT_ON_CREATE.has(path)) kept.push([key, inner]);
    } else if (isNoted(path) || !(SILENT_ON_CREATE.has(path) || isUsual(value, expected[key]))) kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}

function isUsual(value: Json, expected: Json | undefined): boolean {
  if (expected !== undefined) return sameJson(value, expected);
  return value === null || value === false || value === '' || (Array.isArray(value) && value.length === 0);
}
