import type { DesiredClient } from './desired.ts';
import type { DesiredIssuer, Target } from './target.ts';

/** An issuer that the stack makes and owns. */
export interface ManagedIssuer extends DesiredIssuer {
  readonly url: string;
}

/** The issuers that are objects of the plan: those whose URL the Target gives. */
export function managedIssuers({ issuers = [] }: Pick<Target, 'issuers'>): ManagedIssuer[] {
  return issuers.filter((issuer): issuer is ManagedIssuer => issuer.url !== undefined);
}

/** Names of the issuers with whose tokens these clients log in. */
function namedBy(clients: readonly Pick<DesiredClient, 'auth'>[]): ReadonlySet<string> {
  return new Set(
    clients.flatMap(({ auth }) => (typeof auth === 'string' || !('federated' in auth) ? [] : [auth.federated.issuer])),
  );
}

/** The issuers of the Target that its clients log in by. */
export function issuersInUse({
  clients,
  target: { issuers = [] },
}: {
  readonly clients: readonly Pick<DesiredClient, 'auth'>[];
  readonly target: Pick<Target, 'issuers'>;
}): DesiredIssuer[] {
  const named = namedBy(clients);
  return issuers.filter(({ name }) => named.has(name));
}
