import { isKnownAttribute, maySpeakOfSecret } from '../../model/keycloak-attributes.ts';
import { holdsCredential, isSecretKey } from '../schema/credential-keys.ts';
import { isObject, valueAt } from '../values.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

/** Maps in spec whose keys are the user's own, where a credential could pass the schema; and which keys name one. */
const FREE_MAPS: readonly (readonly [path: readonly [string, string], isNamedSecret: (key: string) => boolean])[] = [
  [['keycloak', 'attributes'], isSecretAttribute],
  [['auth0', 'metadata'], isSecretKey],
];

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
  checkMap(labels, LABELS, isSecretKey, note);
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
  for (const [inside, isNamedSecret] of FREE_MAPS) {
    const map = valueAt(spec, inside);
    if (map !== undefined) checkMap(map, [...path, ...inside], isNamedSecret, note);
  }
}

function checkMap(map: unknown, path: Path, isNamedSecret: (key: string) => boolean, note: Note): void {
  if (!isObject(map)) return;
  for (const key of Object.keys(map)) {
    const value = map[key];
    if (isObject(value)) {
      checkMap(value, [...path, key], isNamedSecret, note);
    } else if (value !== '' && value !== null && (isNamedSecret(key) || mayBeSecret(value))) {
      note([...path, key]);
    }
  }
}

/** Attributes that Keycloak itself names after tokens and secrets hold none; grantry's own are refused for another reason. */
function isSecretAttribute(key: string): boolean {
  if (key.startsWith('grantry.') || isKnownAttribute(key)) return false;
  return isSecretKey(key) || maySpeakOfSecret(key);
}

function mayBeSecret(value: unknown): boolean {
  return typeof value === 'string' && holdsCredential(value);
}
