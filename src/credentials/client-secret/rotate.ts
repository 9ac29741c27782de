import { GrantryError } from '../../model/errors.ts';
import { pendingDelivery } from '../../model/delivery-mark.ts';
import type { IssuedSecret, SecretsFacet } from '../../providers/provider.ts';
import type { CredentialRotation, Prepared, Renewed, RotatingClient, RotationSteps } from '../method.ts';
import { isSameSecret, makeSecret } from './make.ts';
import { secretsOf } from './read.ts';

/** Secrets are rotated by the server where it keeps the previous one; elsewhere the new one is chosen here. */
export const rotation: CredentialRotation = {
  overlapEndedBy: 'server',
  prepare,
  renew,
  replace,
  endPrevious: async (id, provider) => (await secretsOf(provider).endOverlap(id)).previous,
  previousIsRefused: 'the previous secret is refused',
};

async function renew(client: RotatingClient, steps: RotationSteps): Promise<Renewed> {
  const { provider, clock } = steps;
  const begun = clock.now();
  const issued = await regenerateOnce(client, secretsOf(provider));
  // Before anything is delivered: what did not happen cuts nobody off.
  if (client.stored?.kind === issued.credential.kind && isSameSecret(client.stored, issued.credential)) {
    throw notRenewed(client, 'the secret is the one before');
  }
  const version = await steps.deliver(issued);
  if (client.was !== null && issued.createdAt === client.was) throw notRenewed(client, 'its time is the one before');
  // The server was to keep the previous secret, and did not: another policy of the realm may be in the way.
  const gap = issued.previousUntil === undefined ? { ms: clock.now() - begun, atMost: false } : undefined;
  return { issued, since: undefined, version, gap };
}

/** A server may say that it made a new secret, and not have it. */
function notRenewed({ clientId }: RotatingClient, what: string): GrantryError {
  const message = `the provider took the request for a new secret of ${clientId}, but when it is read back ${what}`;
  return new GrantryError('FAILED', message, {
    hint: 'Something in between may answer for it, such as a proxy. Run rotate again, and status to see how things stand.',
  });
}

/** Exactly one new secret for this rotation, whatever became of the answer. */
async function regenerateOnce({ id, was }: RotatingClient, secrets: SecretsFacet): Promise<IssuedSecret> {
  try {
    return await secrets.regenerate(id);
  } catch (error) {
    const code = error instanceof GrantryError ? error.code : undefined;
    if (code !== 'UNREACHABLE') throw error;
    // Asked once more it would make a third secret, and end the first. A look that fails too shows nothing.
    const present = await secrets.read(id).catch(() => undefined);
    if (present === undefined || (present.createdAt ?? null) === was) throw error;
    return present;
  }
}

/** The new secret lies in the store, beside the present one, before it is set: no consumer that looks there is left without. */
async function prepare(client: RotatingClient, steps: RotationSteps): Promise<ChosenAt> {
  const { provider, clock } = steps;
  const { id, clientId, delivered, was, stored } = client;
  const secrets = secretsOf(provider);
  const next = makeSecret();
  await steps.stage({ present: stored ?? (await secrets.read(id)).credential, next });
  // The server counts whole seconds: another secret within the same one would look like this one.
  const since = Math.max(Math.floor(clock.now() / 1000), (was ?? 0) + 1);
  const createdAt = provider.capabilities.secretChangeVisible ? since : undefined;
  const begun = clock.now();
  await secrets.set(id, { credential: next, createdAt: since, delivery: pendingDelivery(delivered, createdAt, since) });
  return { issued: { id, clientId, credential: next, createdAt }, since, begun };
}

/** A secret whose moment was chosen here. */
interface ChosenAt extends Prepared {
  readonly since: number;
  /** From when on the one before may be refused, in milliseconds since the epoch. */
  readonly begun: number;
}

async function replace(client: RotatingClient, steps: RotationSteps): Promise<Renewed> {
  const { begun, ...prepared } = await prepare(client, steps);
  const version = await steps.deliver(prepared.issued, prepared.since);
  return { ...prepared, version, gap: { ms: steps.clock.now() - begun, atMost: false } };
}
