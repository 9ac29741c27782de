import { wordIssues } from '../schema/schema-problems.ts';
import type { Language } from '../language.ts';
import { patchSpec } from '../resolve/target-view.ts';
import { isObject, valueAt } from '../values.ts';
import type { ApiManifest, ClientManifest, Manifest, Path, Problem } from '../types.ts';
import { NO_PROBLEMS, problemIn } from './rule.ts';

/** What an override makes of spec is valid, and an override does not touch what only the whole can say. */
export function checkOverrides(manifest: Manifest, language: Language): Iterable<Problem> {
  const overrides = manifest.raw['overrides'];
  return manifest.kind !== 'Target' && isObject(overrides) ? checkEach(manifest, overrides, language) : NO_PROBLEMS;
}

function* checkEach(
  manifest: ApiManifest | ClientManifest,
  overrides: Readonly<Record<string, unknown>>,
  language: Language,
): Iterable<Problem> {
  for (const [target, override] of Object.entries(overrides)) {
    if (isObject(override)) {
      yield* checkFixedKeys(manifest, target, override);
      yield* checkResult(manifest, target, override, language);
    }
  }
}

function* checkFixedKeys(manifest: Manifest, target: string, override: Readonly<Record<string, unknown>>) {
  for (const key of ['targets', 'overrides'].filter((key) => key in override)) {
    const message = `an override cannot change ${key}`;
    yield problemIn(manifest, { rule: 'bad-override', message, path: ['spec', 'overrides', target, key], part: 'key' });
  }
}

function* checkResult(
  manifest: ApiManifest | ClientManifest,
  target: string,
  override: unknown,
  language: Language,
): Iterable<Problem> {
  const spec = patchSpec(manifest, override);
  const shape = language.schemas[manifest.kind].shape.spec;
  const result = shape.safeParse(spec);
  if (result.success) {
    return;
  }
  const issues = result.error.issues.map((issue) => ({ ...issue, path: ['spec', ...issue.path] }));
  const document = { ...manifest, value: { spec }, broken: false };
  for (const problem of wordIssues(document, manifest.kind, issues, language)) {
    const path = 'path' in problem.place ? problem.place.path.slice(1) : [];
    const written = longestPrefix(override, path);
    if (written.length === 0 && (manifest.refused.length > 0 || !isRemoved(override, path))) {
      // Wrong without the override too: said already.
      continue;
    }
    const part = written.length === path.length && 'part' in problem.place ? problem.place.part : 'key';
    const place = {
      file: manifest.file,
      document: manifest.document,
      path: ['spec', 'overrides', target, ...written],
      part,
    };
    yield { ...problem, message: `${problem.message} (with the override for ${target})`, place };
  }
}

/** As much of a path as the override writes down; also where it writes null to remove something. */
function longestPrefix(override: unknown, path: Path): Path {
  let depth = 0;
  while (depth < path.length && valueAt(override, path.slice(0, depth + 1)) !== undefined) {
    depth += 1;
  }
  return path.slice(0, depth);
}

function isRemoved(override: unknown, path: Path): boolean {
  const parent = valueAt(override, path);
  return isObject(parent) && Object.values(parent).includes(null);
}
