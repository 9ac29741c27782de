import type { ApiFields } from '../fields.ts';
import type { ResourceServer } from './representations.ts';

type ProofOfPossession = NonNullable<ResourceServer['proof_of_possession']>;

/** What callers must prove: `dpop` where all of them must, and in words what else a tenant can ask for. */
export function senderConstraintOf({ proof_of_possession: proof }: ResourceServer): string | null {
  if (proof === undefined) return null;
  const { mechanism, required, required_for: of } = proof;
  if (!required) return `${mechanism} (not required)`;
  return of === 'public_clients' ? `${mechanism} (of public clients)` : mechanism;
}

const RFC9068 = 'rfc9068_profile';
const OWN = 'access_token';

/** The header `typ`, which the dialect decides; null: `JWT`. */
export function tokenTypeOf({ token_dialect: dialect }: ResourceServer): 'at+jwt' | null {
  return dialect?.startsWith(RFC9068) === true ? 'at+jwt' : null;
}

/** What of the form of tokens a write changes; what is so already is not sent: a tenant may lack the feature. */
export function formChanges(
  present: ResourceServer | undefined,
  { senderConstrained, tokenType }: ApiFields,
): { proof_of_possession?: ProofOfPossession | null; token_dialect?: (typeof DIALECTS)[number] } {
  const constraint = present === undefined ? null : senderConstraintOf(present);
  const type = present === undefined ? null : tokenTypeOf(present);
  // Whether permissions are in tokens is left as it is.
  const withPermissions = present?.token_dialect?.endsWith('_authz') === true;
  const base = tokenType === 'at+jwt' ? RFC9068 : OWN;
  return {
    ...(constraint === senderConstrained
      ? {}
      : { proof_of_possession: senderConstrained === null ? null : { mechanism: 'dpop', required: true } }),
    ...(type === tokenType ? {} : { token_dialect: withPermissions ? `${base}_authz` : base }),
  };
}

const DIALECTS = [OWN, `${OWN}_authz`, RFC9068, `${RFC9068}_authz`] as const;
