/**
 * What the recorders did to answers. That of go-auth0 and the Terraform provider passes clients and resource servers through
 * its own types (`re-marshalled`): keys that these do not have are lost, and some are written whatever the API said. Both
 * are left out of the comparison, on both sides.
 */
import { isJsonObject } from '../../demo/auth0/emulator/json.ts';
import type { Json } from '../../demo/auth0/emulator/json.ts';
import type { RecordedPair } from './recorded-traffic.ts';

/** Keys that the recorder's types do not have. */
const LOST = [
  'tenant',
  'global',
  'owners',
  'callback_url_template',
  'cross_origin_auth',
  'encrypted',
  'signing_secret',
];
/** Keys that it writes into every client. */
const WRITTEN = ['signing_keys'];
/** The same of go-auth0's own recordings; the Terraform provider's recorder writes it only where there was one. */
const WRITTEN_BY_GO_AUTH0 = ['client_secret'];
/** What its type of a list adds. */
const ADDED_TO_LISTS = ['length', 'next'];

/** Why the body of an answer says nothing of the API; undefined: it does. */
export function destroyedBody({ fidelity, method, pathShape, status, responseBody }: RecordedPair): string | undefined {
  // Lists that the recorder took for one client are gone: its type of a client has no place for them.
  const isList = method === 'GET' && pathShape === '/api/v2/clients';
  if (isList && fidelity === 're-marshalled' && isJsonObject(responseBody) && !('clients' in responseBody)) {
    return 'list destroyed by the recorder';
  }
  if (status < 400) return undefined;
  if (fidelity === 're-marshalled') return 'error body destroyed by the recorder';
  // An error that holds nothing but a token: the recorder put its test's token in place of the body.
  const keys = isJsonObject(responseBody) ? Object.keys(responseBody) : [];
  if (fidelity === 'values-replaced' && keys.length === 1 && keys[0] === 'access_token') {
    return 'error body replaced by the recorder';
  }
  return undefined;
}

/** Without what the recorder took or added, so that an answer of the emulator and a recorded one compare. */
export function comparable(pair: RecordedPair, answer: Json): Json {
  if (pair.fidelity !== 're-marshalled') return answer;
  const dropped = new Set([...LOST, ...WRITTEN]);
  if (pair.sourceRecording.startsWith('auth0/go-auth0@')) for (const key of WRITTEN_BY_GO_AUTH0) dropped.add(key);
  return without(dropped, answer);
}

function without(dropped: ReadonlySet<string>, answer: Json): Json {
  if (!isJsonObject(answer)) return answer;
  const kept = Object.entries(answer).filter(([key]) => !dropped.has(key));
  if (!Array.isArray(answer['clients']) && !Array.isArray(answer['resource_servers'])) return Object.fromEntries(kept);
  return Object.fromEntries(
    kept
      .filter(([key]) => !ADDED_TO_LISTS.includes(key))
      .map(([key, value]) => [key, Array.isArray(value) ? value.map((item) => without(dropped, item)) : value]),
  );
}
