import { isObject, valueAt } from '../values.ts';
import type { Path, Problem } from '../types.ts';
import { createSuggest, problemIn } from './rule.ts';
import type { World } from './world.ts';

/** `targets` and `overrides` name Targets that exist. */
export function* checkTargetNames({ apis, clients, targets, alsoNamed }: World): Iterable<Problem> {
  const names = [...targets.map((target) => target.name), ...alsoNamed];
  if (names.length === 0) {
    // They are kept elsewhere, for --targets.
    return;
  }
  const known = new Set(names);
  const suggest = createSuggest();
  for (const manifest of [...apis, ...clients]) {
    // Of most manifests nothing was kept that could name one.
    if (!('targets' in manifest.raw || 'overrides' in manifest.raw)) continue;
    for (const { name, path, part } of namedTargets(manifest.raw)) {
      if (!known.has(name)) {
        const message = `there is no Target "${name}"`;
        yield problemIn(manifest, { rule: 'unknown-target', message, path, part, suggestion: suggest(name, names) });
      }
    }
  }
}

function namedTargets(spec: unknown): { name: string; path: Path; part: 'key' | 'value' }[] {
  const targets = valueAt(spec, ['targets']);
  const overrides = valueAt(spec, ['overrides']);
  const listed = Array.isArray(targets) ? targets : [];
  return [
    ...listed.flatMap((name: unknown, index) =>
      typeof name === 'string' ? [{ name, path: ['spec', 'targets', index], part: 'value' as const }] : [],
    ),
    ...Object.keys(isObject(overrides) ? overrides : {}).map((name) => ({
      name,
      path: ['spec', 'overrides', name],
      part: 'key' as const,
    })),
  ];
}
