import { identityIn } from '../../model/auth-method.ts';
import type { RotatePolicy } from '../../model/target.ts';
import { formatDuration } from '../../model/text/duration.ts';
import { targetDefaults } from '../resolve/target-defaults.ts';
import type { TargetView } from '../resolve/target-view.ts';
import type { Problem } from '../types.ts';
import { isWhole, problemIn, problemInView } from './rule.ts';

/** Rotation is more frequent than its overlap is long, and often enough for the target's guard. */
export function* checkRotation(view: TargetView): Iterable<Problem> {
  const { target } = view;
  if (target?.spec === undefined || !isWhole(target, ['spec', 'rotate']) || !isWhole(target, ['spec', 'guards'])) {
    return;
  }
  const { rotate, guards } = targetDefaults(target.spec);
  const own = describeProblem(rotate, guards.maxCredentialAge);
  if (own !== undefined) {
    // Where both are defaults, the guard is what does not fit.
    const path =
      target.spec.rotate === undefined ? ['spec', 'guards', 'maxCredentialAge'] : ['spec', 'rotate', own.key];
    yield problemIn(target, { rule: 'rotation', message: own.message, path });
  }
  for (const client of view.clients) {
    const given = client.spec?.credential?.rotate;
    if (given !== undefined && client.spec !== undefined && identityIn(client.spec.auth) !== null) {
      const message = 'a client that logs in as a workload has no credential: there is nothing to rotate';
      yield problemInView(view, client, { rule: 'rotation', message, path: ['credential', 'rotate'], part: 'key' });
      continue;
    }
    if (given !== undefined && isWhole(client.manifest, ['spec', 'credential', 'rotate'])) {
      const policy = { every: given.every ?? rotate.every, overlap: given.overlap ?? rotate.overlap };
      const found = describeProblem(policy, guards.maxCredentialAge);
      if (found !== undefined) {
        const key = given[found.key] === undefined ? (found.key === 'every' ? 'overlap' : 'every') : found.key;
        const message = `${found.message} (Target ${target.name})`;
        yield problemInView(view, client, { rule: 'rotation', message, path: ['credential', 'rotate', key] });
      }
    }
  }
}

/** A fifth of the time after which a server that keeps previous secrets refuses one that was not rotated; seconds. */
const LONGEST = 365 * 86_400;

interface Found {
  readonly key: 'every' | 'overlap';
  readonly message: string;
}

function describeProblem({ every, overlap }: RotatePolicy, maxAge: number | undefined): Found | undefined {
  if (overlap >= every) {
    const message = `the overlap of ${formatDuration(overlap)} is not shorter than the ${formatDuration(every)} after which credentials are rotated`;
    return { key: 'overlap', message };
  }
  if (overlap > 0 && every > LONGEST) {
    const message = `rotation every ${formatDuration(every)} is more than the ${formatDuration(LONGEST)} that go with an overlap: a server that keeps the previous secret refuses both after five years`;
    return { key: 'every', message };
  }
  if (maxAge !== undefined && every > maxAge) {
    const message = `rotation every ${formatDuration(every)} is more than guards.maxCredentialAge allows: ${formatDuration(maxAge)}`;
    return { key: 'every', message };
  }
  return undefined;
}
