import { mergePatch } from './merge-patch.ts';
import type { ApiManifest, ClientManifest, Path, TargetManifest } from '../types.ts';
import { valueAt } from '../values.ts';

/** An Api or a Client as it is in one target, its overrides applied. */
export interface InTarget<M extends ApiManifest | ClientManifest> {
  readonly manifest: M;
  /** Undefined where the manifest, or the result of its override, is not valid. */
  readonly spec: NonNullable<M['spec']> | undefined;
  /** The override as written; undefined when there is none for this target. */
  readonly override: unknown;
}

/** What one target gets. Without any Target there is one view of everything, so that references are checked all the same. */
export interface TargetView {
  readonly target: TargetManifest | undefined;
  readonly apis: readonly InTarget<ApiManifest>[];
  readonly clients: readonly InTarget<ClientManifest>[];
}

/** The override of a manifest for a target, as written. */
export function findOverride(manifest: ApiManifest | ClientManifest, target: string): unknown {
  const { overrides } = manifest.raw;
  return overrides === undefined ? undefined : valueAt(overrides, [target]);
}

/** spec with an override applied, not yet checked. */
export function patchSpec(manifest: ApiManifest | ClientManifest, override: unknown): unknown {
  const { overrides: _overrides, targets: _targets, ...own } = manifest.raw;
  return mergePatch(own, override);
}

/** Where a value of spec was written: in the override, where that says something about it, or in spec itself. */
export function pathInTarget(
  item: InTarget<ApiManifest> | InTarget<ClientManifest>,
  target: string | undefined,
  path: Path,
): Path {
  const own: Path = ['spec', ...path];
  if (item.override === undefined || target === undefined) {
    return own;
  }
  const inOverride: Path = ['spec', 'overrides', target, ...path];
  const written = valueAt(item.override, path) !== undefined;
  const nearer = commonDepth(item.override, path) > commonDepth(item.manifest.raw, path);
  return written || nearer ? inOverride : own;
}

function commonDepth(root: unknown, path: Path): number {
  let depth = 0;
  while (depth < path.length && valueAt(root, path.slice(0, depth + 1)) !== undefined) {
    depth += 1;
  }
  return depth;
}
