import { z } from 'zod';
import { unlessForbidden } from '../../refusals.ts';
import { FEDERATED_JWT } from '../fields.ts';
import type { KeycloakApi } from '../http/api.ts';

/** How Keycloak's console calls the execution that takes the tokens of other issuers. */
const EXECUTION = 'Signed JWT - Federated';

const realm = z.object({ clientAuthenticationFlow: z.string().nullish() });
const executions = z.array(z.object({ providerId: z.string().nullish(), requirement: z.string().nullish() }));

/** `unknown`: the account may not look. */
export type FlowAnswer = 'complete' | 'unknown' | { readonly why: string };

/**
 * Whether clients of the realm may log in as workloads: the flow of a realm that is older than that lacks what takes their tokens,
 * and it refuses every one.
 */
export async function askClientFlow(api: KeycloakApi): Promise<FlowAnswer> {
  const needs = 'view-realm';
  const { realm: name } = api.settings;
  const settings = await api.read({ about: 'read the settings of the realm', needs }, ({ realms }) =>
    realms.findOne({ realm: name }),
  );
  const flow = realm.safeParse(settings).data?.clientAuthenticationFlow;
  // An account that sees less of the realm may not see its flows either.
  if (!flow) return 'unknown';
  const context = { about: 'read how clients of the realm authenticate', needs, absent: null };
  const answer = await unlessForbidden(
    api.read(context, ({ authenticationManagement }) => authenticationManagement.getExecutions({ flow })),
  );
  const { data } = executions.safeParse(answer);
  if (data === undefined) return 'unknown';
  const isThere = data.some(
    ({ providerId, requirement }) => providerId === FEDERATED_JWT && requirement !== 'DISABLED',
  );
  if (isThere) return 'complete';
  const why =
    `the realm refuses every client that logs in as a workload: its client authentication flow "${flow}" lacks "${EXECUTION}". ` +
    'Duplicate the flow, add that as an alternative, and bind it (Authentication > Flows > Bind flow > Client authentication flow)';
  return { why };
}
