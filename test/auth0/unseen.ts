/**
 * Comparing answers about objects that a recording never showed before: most recordings are samples, and begin in the middle
 * of a story. Of such an object nobody knows what it carried before the request. So its answer is held to this: what the
 * request sent must be there or gone as the emulator answers it, what every object of its kind has must be there, and what
 * else was recorded must be a property that the emulator knows, of a type that it allows. Nothing is taken from the answer.
 */
import { updateClientSchema } from '../../demo/auth0/emulator/management/schemas/client-schemas.ts';
import {
  updateGrantSchema,
  updateResourceServerSchema,
} from '../../demo/auth0/emulator/management/schemas/api-schemas.ts';
import { isJsonObject } from '../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../demo/auth0/emulator/json.ts';
import { shapeDifferences, shapeOf } from './shape.ts';
import type { z } from 'zod';

interface Kind {
  readonly path: RegExp;
  /** Every answer has these. */
  readonly always: readonly string[];
  /** Properties that no request sets, in answers of some objects, with their types. */
  readonly readOnly: Readonly<Record<string, 'string' | 'boolean' | 'array'>>;
  readonly schema: z.ZodType | undefined;
}

const KINDS: readonly Kind[] = [
  {
    path: /^\/clients\/[^/]+(\/rotate-secret)?$/,
    always: [
      'client_id',
      'name',
      'is_first_party',
      'refresh_token',
      'custom_login_page_on',
      'tenant',
      'global',
      'signing_keys',
    ],
    readOnly: {
      client_secret: 'string',
      callback_url_template: 'boolean',
      cross_origin_auth: 'boolean',
      owners: 'array',
      resource_server_identifier: 'string',
      third_party_security_mode: 'string',
      external_client_id: 'string',
      external_metadata_type: 'string',
      external_metadata_created_by: 'string',
      jwks_uri: 'string',
    },
    schema: updateClientSchema,
  },
  {
    path: /^\/resource-servers\/[^/]+$/,
    always: [
      'id',
      'identifier',
      'allow_offline_access',
      'skip_consent_for_verifiable_first_party_clients',
      'token_lifetime',
      'token_lifetime_for_web',
      'signing_alg',
    ],
    readOnly: { client_id: 'string', is_system: 'boolean' },
    schema: updateResourceServerSchema,
  },
  {
    path: /^\/client-grants\/[^/]+$/,
    always: ['id', 'client_id', 'audience'],
    readOnly: { subject_type: 'string', is_system: 'boolean', default_for: 'string' },
    schema: updateGrantSchema,
  },
  {
    path: /^\/organizations\/[^/]+\/client-grants$/,
    always: ['grant_id', 'client_id', 'audience'],
    readOnly: {},
    schema: updateGrantSchema,
  },
  {
    path: /^\/clients\/[^/]+\/credentials\/[^/]+$/,
    always: ['id', 'credential_type', 'created_at', 'updated_at'],
    readOnly: {
      kid: 'string',
      alg: 'string',
      name: 'string',
      thumbprint_sha256: 'string',
      subject_dn: 'string',
      expires_at: 'string',
    },
    schema: undefined,
  },
];

/** Settings of which a request may send a part, and the rest stays. */
const MERGED = ['client_metadata', 'jwt_configuration', 'session_transfer', 'native_social_login', 'refresh_token'];

export interface UnseenAnswer {
  /** Below /api/v2. */
  readonly path: string;
  readonly request: Json;
  readonly expected: Json;
  readonly actual: Json;
}

/** What speaks against the emulator's answer about an object that nothing is known of. */
export function unseenDifferences({ path, request, expected, actual }: UnseenAnswer): string[] {
  const kind = KINDS.find((candidate) => candidate.path.test(path));
  if (kind === undefined || !isJsonObject(expected) || !isJsonObject(actual)) return shapeDifferences(expected, actual);
  const touched = touchedKeys(isJsonObject(request) ? request : {});
  const held = new Set([...touched, ...kind.always]);
  return [...new Set([...Object.keys(expected), ...Object.keys(actual)])].flatMap((key) => {
    if (touched.has(key) && MERGED.includes(key)) return mergedDifferences(key, { request, expected, actual });
    if (held.has(key)) return shapeDifferences(pick(expected, key), pick(actual, key));
    const recorded = expected[key];
    if (recorded === undefined || isAllowed(kind, key, { recorded, actual: actual[key] })) return [];
    return [`${key}: the emulator does not know it as ${shapeOf(recorded)}`];
  });
}

/** What the request decides: the keys it sends, and those that these exclude. */
function touchedKeys(request: JsonObject): Set<string> {
  const touched = new Set(Object.keys(request).filter((key) => key !== 'client_secret'));
  if (typeof request['token_endpoint_auth_method'] === 'string') touched.add('client_authentication_methods');
  if (isJsonObject(request['client_authentication_methods'])) touched.add('client_secret');
  if (request['allow_all_scopes'] === true) touched.add('scope');
  return touched;
}

/** Of a setting that was sent in part: the part must be as the emulator answers it, the rest may be anything. */
function mergedDifferences(
  key: string,
  { request, expected, actual }: { request: Json; expected: JsonObject; actual: JsonObject },
): string[] {
  const sent = isJsonObject(request) ? request[key] : undefined;
  const [left, right] = [expected[key], actual[key]];
  if (!isJsonObject(sent) || !isJsonObject(left) || !isJsonObject(right)) {
    return shapeDifferences(pick(expected, key), pick(actual, key));
  }
  return Object.keys(sent).flatMap((part) => shapeDifferences(pick(left, part), pick(right, part), key));
}

function isAllowed(
  kind: Kind,
  key: string,
  { recorded, actual }: { recorded: Json; actual: Json | undefined },
): boolean {
  if (actual !== undefined && shapeOf(actual) === shapeOf(recorded)) return true;
  const type = kind.readOnly[key];
  if (type !== undefined) return type === (Array.isArray(recorded) ? 'array' : typeof recorded);
  return kind.schema?.safeParse({ [key]: recorded }).success === true;
}

function pick(whole: JsonObject, key: string): JsonObject {
  const value = whole[key];
  return value === undefined ? {} : { [key]: value };
}
