import { z } from 'zod';
import type { KeycloakApi } from '../http/api.ts';
import { parseList, unexpectedListing } from '../http/parse-list.ts';
import { named } from '../overlap/rotation.ts';
import type { Named } from '../overlap/rotation.ts';

/** The two lists of a realm. */
export type PolicyKind = 'profiles' | 'policies';

const lists = z.object({ profiles: z.unknown(), policies: z.unknown() }).partial();

/** `GET client-policies/profiles` with those that the server itself has: they are no part of the realm's list. */
const everyProfile = z.object({ profiles: z.array(named).nullish(), globalProfiles: z.array(named).nullish() });

const NEEDS = 'view-realm';

/** The realm's own client profiles or policies. */
export async function readPolicyList(api: KeycloakApi, kind: PolicyKind): Promise<Named[]> {
  const context = { about: `list the realm's client ${kind}`, needs: NEEDS };
  const answer = await api.read(context, ({ clientPolicies }) =>
    kind === 'profiles' ? clientPolicies.listProfiles() : clientPolicies.listPolicies(),
  );
  return parseList(api, lists.safeParse(answer).data?.[kind], named, `client ${kind}`);
}

/** The realm's client profiles, and those that the server has for every realm. */
export async function readEveryProfile(api: KeycloakApi): Promise<Named[]> {
  const context = { about: "list the realm's client profiles", needs: NEEDS };
  const answer = await api.read(context, ({ clientPolicies }) =>
    clientPolicies.listProfiles({ includeGlobalProfiles: true }),
  );
  const { data, error } = everyProfile.safeParse(answer);
  if (data === undefined) throw unexpectedListing(api, 'client profiles', error.issues[0]?.path ?? [], 'object');
  return [...(data.globalProfiles ?? []), ...(data.profiles ?? [])];
}
