import { z } from 'zod';
import { unlessForbidden } from '../../refusals.ts';
import type { KeycloakApi } from '../http/api.ts';
import { parseList } from '../http/parse-list.ts';
import { profileOfPolicy } from '../overlap/rotation.ts';
import { readEveryProfile, readPolicyList } from './policy-lists.ts';

/** A client policy in force that is not grantry's, and that is for clients as grantry makes them, or may be. */
export interface ForeignPolicy {
  readonly name: string;
  /** Whom it is for, in words: `for all clients`. */
  readonly aim: string;
  readonly executors: readonly string[];
}

const condition = z.object({ condition: z.string(), configuration: z.record(z.string(), z.unknown()).nullish() });
type Condition = z.infer<typeof condition>;

const policyRow = z.object({
  name: z.string(),
  enabled: z.boolean().nullish(),
  conditions: z.array(condition).nullish(),
  profiles: z.array(z.string()).nullish(),
});

const profileRow = z.object({ name: z.string(), executors: z.array(z.object({ executor: z.string() })).nullish() });

/** Undefined: the account may not read them. */
export async function foreignPolicies(api: KeycloakApi): Promise<readonly ForeignPolicy[] | undefined> {
  return unlessForbidden(readForeign(api));
}

async function readForeign(api: KeycloakApi): Promise<readonly ForeignPolicy[]> {
  const [every, used] = await Promise.all([readEveryProfile(api), readPolicyList(api, 'policies')]);
  const profiles = parseList(api, every, profileRow, 'client profiles');
  const executorsOf = new Map(profiles.map(({ name, executors }) => [name, executors ?? []]));
  const foreign = used.filter((policy) => profileOfPolicy(policy) === undefined);
  return parseList(api, foreign, policyRow, 'client policies').flatMap((policy) => {
    const executors = (policy.profiles ?? []).flatMap((name) => executorsOf.get(name) ?? []);
    const aim = aimOf(policy.conditions ?? []);
    if (policy.enabled !== true || executors.length === 0 || aim === undefined) return [];
    return [{ name: policy.name, aim, executors: [...new Set(executors.map(({ executor }) => executor))] }];
  });
}

/** All conditions must hold. Undefined: it is for no client of grantry's, all of which are confidential and have a service account. */
function aimOf(conditions: readonly Condition[]): string | undefined {
  // Keycloak applies a policy without conditions to nothing.
  if (conditions.length === 0 || conditions.some(isForOthers)) return undefined;
  const open = conditions.filter((each) => !isForAll(each)).map(({ condition: id }) => id);
  return open.length === 0 ? 'for all clients' : `where ${open.join(' and ')} holds`;
}

function isForAll(each: Condition): boolean {
  return isNegated(each) ? isOtherType(each) : each.condition === 'any-client' || isOwnType(each);
}

function isForOthers(each: Condition): boolean {
  return isNegated(each) ? each.condition === 'any-client' || isOwnType(each) : isOtherType(each);
}

function isNegated({ configuration }: Condition): boolean {
  return String(configuration?.['is-negative-logic']) === 'true';
}

function isOwnType({ condition: id, configuration }: Condition): boolean {
  return id === 'client-access-type' && String(configuration?.['type']).split(',').includes('confidential');
}

function isOtherType(each: Condition): boolean {
  return each.condition === 'client-access-type' && !isOwnType(each);
}
