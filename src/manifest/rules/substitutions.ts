import { isObject } from '../values.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { NO_PROBLEMS, problemIn } from './rule.ts';

/** `${env:NAME}` means something in a Target only; elsewhere it would be taken for text. */
export function checkSubstitutions(manifest: Manifest): Iterable<Problem> {
  const { name, owner, description, labels, raw } = manifest;
  return [name, owner, description, labels, raw].some(mentions) ? findAll(manifest) : NO_PROBLEMS;
}

function* findAll(manifest: Manifest): Iterable<Problem> {
  const { name, owner, description, labels } = manifest;
  yield* find(manifest, { name, owner, description, labels }, ['metadata']);
  yield* find(manifest, manifest.raw, ['spec']);
}

/** A quick check that passes nearly all manifests: to find a path takes far longer. */
function mentions(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('${env:');
  if (Array.isArray(value)) return value.some(mentions);
  return isObject(value) && Object.values(value).some(mentions);
}

function* find(manifest: Manifest, value: unknown, path: Path): Iterable<Problem> {
  if (typeof value === 'string') {
    if (value.includes('${env:')) {
      const message = 'only a Target can refer to the environment; for what differs between targets use spec.overrides';
      yield problemIn(manifest, { rule: 'substitution', message, path });
    }
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* find(manifest, item, [...path, index]);
    }
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      yield* find(manifest, item, [...path, key]);
    }
  }
}
