import { holdsCredential, isSecretKey } from '../schema/credential-keys.ts';
import type { Language } from '../language.ts';
import { isObject, valueAt } from '../values.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

const DESCRIPTION: Path = ['metadata', 'description'];
const LABELS: Path = ['metadata', 'labels'];
const SPEC: Path = ['spec'];
/** Of an Api. */
const CLAIMS = 'claims';

/** A credential in a free map, or in any text of one's own, is a credential in a manifest. The value is not quoted. */
export function checkLiteralSecrets(manifest: Manifest, language: Language): Iterable<Problem> {
  const problems: Problem[] = [];
  const { description, labels, raw } = manifest;
  const note = (path: Path): void => {
    const message = 'this looks like a credential, and none is ever written into a manifest';
    problems.push(problemIn(manifest, { rule: 'misplaced-credential', message, path, part: 'key' }));
  };
  if (typeof description === 'string' && holdsCredential(description)) note(DESCRIPTION);
  checkMap(labels, LABELS, (key) => isSecretKey(key, language.keys), note);
  checkFreeMaps(raw, SPEC, language, note);
  checkClaims(raw, SPEC, language, note);
  const overrides = raw['overrides'];
  if (!isObject(overrides)) return problems;
  for (const [target, override] of Object.entries(overrides)) {
    checkFreeMaps(override, ['spec', 'overrides', target], language, note);
    checkClaims(override, ['spec', 'overrides', target], language, note);
  }
  return problems;
}

/** Called with the path of each credential. */
type Note = (path: Path) => void;

function checkFreeMaps(spec: unknown, path: Path, { backends, keys }: Language, note: Note): void {
  for (const { kind, freeMaps } of backends.providers) {
    for (const freeMap of freeMaps) {
      const inside = [kind, ...freeMap.path];
      const map = valueAt(spec, inside);
      const isNamedSecret = (key: string): boolean => freeMap.namesCredential(key, isSecretKey(key, keys));
      if (map !== undefined) checkMap(map, [...path, ...inside], isNamedSecret, note);
    }
  }
}

/** Everybody who gets a token reads its claims. */
function checkClaims(spec: unknown, path: Path, { keys }: Language, note: Note): void {
  checkMap(valueAt(spec, [CLAIMS]), [...path, CLAIMS], (key) => isSecretKey(key, keys), note);
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

function mayBeSecret(value: unknown): boolean {
  return typeof value === 'string' && holdsCredential(value);
}
