import { findNearest } from '../suggest.ts';
import { pathInTarget } from '../resolve/target-view.ts';
import type { InTarget, TargetView } from '../resolve/target-view.ts';
import { overlaps } from '../values.ts';
import type { ApiManifest, ClientManifest, Manifest, Manifests, Path, Problem } from '../types.ts';

/** Everything that was loaded, for rules that look at more than one target. */
export interface World extends Pick<Manifests, 'apis' | 'clients' | 'targets'> {
  /** Names of Targets that are not used, but that manifests may name. */
  readonly alsoNamed: readonly string[];
}

/** What a rule says of nearly all documents. */
export const NO_PROBLEMS: readonly Problem[] = [];

/** A rule on one document. */
export type ManifestRule = (manifest: Manifest) => Iterable<Problem>;

/** A rule on what one target gets. */
export type TargetRule = (view: TargetView) => Iterable<Problem>;

/** A rule on everything. */
export type WorldRule = (world: World) => Iterable<Problem>;

/** What a rule says of a document; `path` is from its root. */
export interface Remark {
  readonly rule: string;
  readonly message: string;
  readonly path: Path;
  readonly part?: 'key' | 'value';
  readonly severity?: Problem['severity'];
  readonly suggestion?: string | undefined;
}

/** A problem with a place in a document. */
export function problemIn(manifest: Manifest, remark: Remark): Problem {
  const { rule, message, path, part = 'value', severity = 'error', suggestion } = remark;
  const { file, document } = manifest;
  return { severity, rule, message, suggestion, place: { file, document, path, part } };
}

/** A problem with something in spec as it is in one target; `path` is from spec. */
export function problemInView(
  view: TargetView,
  item: InTarget<ApiManifest> | InTarget<ClientManifest>,
  remark: Remark,
): Problem {
  return problemIn(item.manifest, { ...remark, path: pathInTarget(item, view.target?.name, remark.path) });
}

/** Whether the schema took all of what is at a path of a document, so that a rule may conclude from what is not there. */
export function isWhole(manifest: Manifest, path: Path): boolean {
  return !manifest.refused.some((refused) => overlaps(path, refused));
}

/** `manifests/apis/billing.yaml:3`, for messages that name a second place. */
export function placeOf(manifest: Manifest): string {
  return `${manifest.position.file}:${manifest.position.line}`;
}

/** Comparisons that suggestions of one run may cost, so that thousands of wrong names stay fast. */
const BUDGET = 2_000_000;

/** A findNearest that gives up after some millions of comparisons. */
export function createSuggest(): (text: string, candidates: readonly string[]) => string | undefined {
  let left = BUDGET;
  return (text, candidates) => {
    left -= candidates.length;
    return left < 0 ? undefined : findNearest(text, candidates);
  };
}
