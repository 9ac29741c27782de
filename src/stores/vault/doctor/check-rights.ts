import type { CheckResult } from '../../../model/check.ts';
import { nameSome } from '../../../model/text/counting.ts';
import { ALL_PURPOSES, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import { mendPolicy, policyBlocks } from './policy-mend.ts';
import type { Account } from './policy-mend.ts';
import type { Held } from './questions.ts';
import type { Demand, Right } from './rights.ts';

const ASKING: Check = { id: 'ask-rights', purposes: ALL_PURPOSES, title: 'the login may ask for its own rights' };

/** Places that a finding names. */
const MOST_NAMED = 3;

/** All paths that the server is to be asked about, each once. */
export function pathsToAsk(rights: readonly Right[]): readonly string[] {
  const demands = rights.flatMap((right) => right.demands);
  return [...new Set(demands.flatMap(({ path, policyPaths }) => [path, ...policyPaths.map(({ sample }) => sample)]))];
}

/** `held`: what the server answered; undefined: the login may not ask. */
export function checkRights(
  rights: readonly Right[],
  held: Held | undefined,
  account: Account,
): readonly CheckResult[] {
  if (held !== undefined) return [fine(ASKING), ...rights.map((right) => checkRight(right, held, account))];
  const block = 'path "sys/capabilities-self" { capabilities = ["update"] }';
  return [
    found(ASKING, {
      kind: 'unknown',
      what: 'The login may not ask for its own rights, so that none of them could be looked at',
      why: 'Every token may that has the policy "default".',
      mend: mendPolicy([block], account),
    }),
  ];
}

function checkRight(right: Right, held: Held, account: Account): CheckResult {
  const { id, purposes, title, demands, lacking, why } = right;
  const check: Check = { id, purposes, title };
  const missing = demands.filter((demand) => !isHeld(demand, held));
  if (missing.length === 0) return fine(check);
  const named = missing.map(({ capability, path }) => `"${capability}" on ${path}`);
  const what = `The login does not have ${nameSome(named, MOST_NAMED)}`;
  if (lacking === 'fine') return fine(check, `${what}: ${why}`);
  return found(check, { kind: lacking, what, why, mend: mendPolicy(policyBlocks(missing, held), account) });
}

function isHeld({ path, capability }: Demand, held: Held): boolean {
  const capabilities = held.get(path) ?? [];
  return capabilities.includes(capability) || capabilities.includes('root');
}

/** Whether the login may do anything at all there. */
export function mayAnything(rights: readonly Right[], held: Held | undefined): boolean {
  return rights.some(({ demands }) => demands.some((demand) => held !== undefined && isHeld(demand, held)));
}
