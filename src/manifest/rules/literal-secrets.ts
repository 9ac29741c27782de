import { holdsCredential, isSecretKey } from '../syntax/credential-keys.ts';
import { isObject, valueAt } from '../values.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

/** Maps in spec whose keys are the user's own, where a credential could pass the schema. */
const FREE_MAPS: readonly (readonly [string, string])[] = [
  ['keycloak', 'attributes'],
  ['auth0', 'metadata'],
];

/** Attributes of Keycloak that are named after tokens and secrets and hold none; but for these, which hold one. */
const NO_SECRETS = /^(?:access|id|refresh|client|use|token|oauth2|oidc|acr|jwt|saml|tls|pkce|grantry)\./;
const KEYCLOAK_SECRET = /^client\.secret(?:\.rotated)?$/;

const DESCRIPTION: Path = ['metadata', 'description'];
const LABELS: Path = ['metadata', 'labels'];
const SPEC: Path = ['spec'];

/** A credential in a free map, or in any text of one's own, is a credential in a manifest. The value is not quoted. */
export function checkLiteralSecrets(manifest: Manifest): Iterable<Problem> {
  const problems: Problem[] = [];
  const { description, labels, raw } = manifest;
  const note = (path: Path): void => {
    const message = 'this looks like a credential, and none is ever written into a manifest';
    problems.push(problemIn(manifest, { rule: 'misplaced-credential', message, path, part: 'key' }));
  };
  if (typeof description === 'string' && holdsCredential(description)) note(DESCRIPTION);
  checkMap(labels, LABELS, note);
  checkFreeMaps(raw, SPEC, note);
  const overrides = raw['overrides'];
  if (!isObject(overrides)) return problems;
  for (const [target, override] of Object.entries(overrides)) {
    checkFreeMaps(override, ['spec', 'overrides', target], note);
  }
  return problems;
}

/** Told of the path of each credential. */
type Note = (path: Path) => void;

function checkFreeMaps(spec: unknown, path: Path, note: Note): void {
  for (const inside of FREE_MAPS) {
    const map = valueAt(spec, inside);
    if (map !== undefined) checkMap(map, [...path, ...inside], note);
  }
}

function checkMap(map: unknown, path: Path, note: Note): void {
  if (!isObject(map)) return;
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (isObject(value)) {
      checkMap(value, [...path, key], note);
    } else if (value !== '' && value !== null && (isNamedSecret(key) || mayBeSecret(value))) {
      note([...path, key]);
    }
  }
}

function isNamedSecret(key: string): boolean {
  return (isSecretKey(key) && !NO_SECRETS.test(key)) || KEYCLOAK_SECRET.test(key);
}

function mayBeSecret(value: unknown): boolean {
  return typeof value === 'string' && holdsCredential(value);
}
