import { findNearest } from '../suggest.ts';
import { pathInTarget } from '../resolve/target-view.ts';
import type { InTarget, TargetView } from '../resolve/target-view.ts';
import { overlaps } from '../values.ts';
import type { ApiManifest, ClientManifest, Manifest, Path, Problem } from '../types.ts';

/** What a rule says of nearly all documents. */
export const NO_PROBLEMS: readonly Problem[] = [];

/** A rule on what one target gets. */
export type TargetRule = (view: TargetView) => Iterable<Problem>;

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

/** A problem with a client_id, which may be the name. */
export function problemAtClientId(
  view: TargetView,
  client: InTarget<ClientManifest>,
  remark: Pick<Remark, 'rule' | 'message'>,
): Problem {
  return client.spec?.clientId === undefined
    ? problemIn(client.manifest, { ...remark, path: ['metadata', 'name'] })
    : problemInView(view, client, { ...remark, path: ['clientId'] });
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
