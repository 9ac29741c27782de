import type { LeftOut, LeftOutReason } from '../../model/estate.ts';
import type { Problem, SourceFile } from '../../manifest/types.ts';
import { GrantryError } from '../../model/errors.ts';
import { hideSecrets } from '../../model/secrets/known-secrets.ts';
import { leaveOut } from './draft.ts';
import type { Draft } from './draft.ts';
import { judge } from './load-drafts.ts';
import type { ExistingManifests, Judged } from './load-drafts.ts';

/** Which drafts are to be declared, and which are not after all. */
export interface Kept {
  readonly drafts: readonly Draft[];
  readonly leftOut: readonly LeftOut[];
}

/** Drafts that are valid together, and beside the existing manifests. */
export interface Valid extends Kept {
  readonly resolve: Judged['resolve'];
}

/** Takes out what validation would refuse, and what needs that, until nothing is refused. */
export function keepValid(drafts: readonly Draft[], existing: ExistingManifests): Valid {
  const clean = takeOut(drafts, (draft) => (hideSecrets(draft.text) !== draft.text ? HOLDS_CREDENTIAL : undefined));
  let kept: Kept = clean;
  // Each round but the last takes one out at least.
  for (let round = 0; round <= drafts.length; round += 1) {
    const judged = judge(existing, kept.drafts.map(fileOf));
    const refused = refusals(kept.drafts, judged, existing);
    if (refused.size === 0) return { ...kept, resolve: judged.resolve };
    kept = addLeftOut(
      kept,
      takeOut(kept.drafts, (draft) => refused.get(draft.address)),
    );
  }
  throw new GrantryError('FAILED', 'what was imported does not come out valid: nothing was written');
}

/** A draft as a file of its own, so that a finding names its object. */
function fileOf({ address, text }: Draft): SourceFile {
  return { name: address, text };
}

const HOLDS_CREDENTIAL: LeftOutReason = {
  reason: 'misplaced-credential',
  why: 'A text of it holds a credential of this very run, and none is ever written into a manifest.',
  todo: 'Take the credential out of its texts at the provider, and replace it: others have read it.',
};

function refusals(
  drafts: readonly Draft[],
  judged: Judged,
  existing: ExistingManifests,
): ReadonlyMap<string, LeftOutReason> {
  if (judged.ofNew.size > 0) return new Map([...judged.ofNew].map(([name, problem]) => [name, reasonOf(problem)]));
  if (judged.ofExisting === undefined) return new Map();
  return new Map([[culpritOf(drafts, existing), reasonOf(judged.ofExisting)]]);
}

function reasonOf({ rule, message }: Problem): LeftOutReason {
  return { reason: rule, why: `Validate would refuse it: ${message}.`, todo: TODO_OF_RULE };
}

const TODO_OF_RULE = 'Mend that at the provider, or declare it by hand and let a plan show what would change.';

/** Whose presence breaks an existing manifest: the last one of the shortest beginning of the list that does. */
function culpritOf(drafts: readonly Draft[], existing: ExistingManifests): string {
  let [good, bad] = [0, drafts.length];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const isBroken = judge(existing, drafts.slice(0, middle).map(fileOf)).ofExisting !== undefined;
    [good, bad] = isBroken ? [good, middle] : [middle, bad];
  }
  const culprit = drafts[bad - 1];
  if (culprit === undefined)
    throw new GrantryError('FAILED', 'the existing manifests are not valid: nothing was written');
  return culprit.address;
}

/** Takes drafts out for a reason, and the clients that may call an Api which goes with them. */
export function takeOut(drafts: readonly Draft[], reasonFor: (draft: Draft) => LeftOutReason | undefined): Kept {
  const leftOut: LeftOut[] = [];
  const gone = new Set<string>();
  const staying = drafts.filter((draft) => {
    const reason = reasonFor(draft);
    if (reason === undefined) return true;
    leftOut.push(leaveOut(draft, reason));
    gone.add(draft.address);
    return false;
  });
  const kept = staying.filter((draft) => {
    const needed = draft.kind === 'Client' ? draft.needs.find((address) => gone.has(address)) : undefined;
    if (needed === undefined) return true;
    leftOut.push(leaveOut(draft, needsLeftOut(needed)));
    return false;
  });
  return { drafts: kept, leftOut };
}

function needsLeftOut(address: string): LeftOutReason {
  return {
    reason: 'needs-left-out',
    why: `It may call ${address}, which is left out.`,
    todo: 'See what is said of that Api: once it can be declared, so can this client.',
  };
}

export function addLeftOut(before: Kept, { drafts, leftOut }: Kept): Kept {
  return { drafts, leftOut: [...before.leftOut, ...leftOut] };
}
