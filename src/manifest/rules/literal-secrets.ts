import { isSecretKey } from '../syntax/credential-keys.ts';
import { isObject, valueAt } from '../values.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

/** Maps in spec whose keys are the user's own, where a credential could pass the schema. */
const FREE_MAPS: readonly (readonly [string, string])[] = [
  ['keycloak', 'attributes'],
  ['auth0', 'metadata'],
];

/** Attributes of Keycloak that are named after tokens and secrets and hold none. */
const NO_SECRETS = /^(?:access|id|refresh|client|use|token|oauth2|oidc|acr|jwt|saml|tls|pkce|grantry)\./;

const LABELS: Path = ['metadata', 'labels'];
const SPEC: Path = ['spec'];

/** A credential in a free map is a credential in a manifest. The value is not quoted. */
export function* checkLiteralSecrets(manifest: Manifest): Iterable<Problem> {
  const { labels, raw } = manifest;
  yield* checkMap(manifest, labels, LABELS);
  yield* checkFreeMaps(manifest, raw, SPEC);
  const overrides = raw['overrides'];
  if (!isObject(overrides)) return;
  for (const [target, override] of Object.entries(overrides)) {
    yield* checkFreeMaps(manifest, override, ['spec', 'overrides', target]);
  }
}

function* checkFreeMaps(manifest: Manifest, spec: unknown, path: Path): Iterable<Problem> {
  for (const inside of FREE_MAPS) {
    const map = valueAt(spec, inside);
    if (map !== undefined) yield* checkMap(manifest, map, [...path, ...inside]);
  }
}

function* checkMap(manifest: Manifest, map: unknown, path: Path): Iterable<Problem> {
  if (!isObject(map)) return;
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (isObject(value)) {
      yield* checkMap(manifest, value, [...path, key]);
    } else if (isSecretKey(key) && !NO_SECRETS.test(key) && value !== '' && value !== null) {
      const message = 'this looks like a credential, and none is ever written into a manifest';
      yield problemIn(manifest, { rule: 'misplaced-credential', message, path: [...path, key], part: 'key' });
    }
  }
}
