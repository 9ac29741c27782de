import { pendingDelivery } from '../../model/delivery-mark.ts';
import type {
  CredentialProvider,
  CredentialRotation,
  Prepared,
  Renewed,
  RotatingClient,
  RotationSteps,
} from '../method.ts';
import { publicJwk } from '../../model/secrets/public-jwk.ts';
import { algOf, makeKey } from './make.ts';
import { keysOf } from './read.ts';

/** The new key is added beside the previous one, which grantry takes away: no server ends an overlap of keys by itself. */
export const rotation: CredentialRotation = {
  overlapEndedBy: 'grantry',
  prepare: (client, steps) => addKey(client, steps, undefined),
  renew,
  replace: (client, steps) => renew({ ...client, overlap: 0 }, steps),
  endPrevious,
  previousIsRefused: 'the previous key is refused',
};

interface AddedKey extends Prepared {
  readonly since: number;
}

/** The key lies in the store before the provider has its public part: a crash in between leaves nothing that nobody has. */
async function addKey(
  { id, clientId, auth, delivered, was, stored }: RotatingClient,
  steps: RotationSteps,
  overlap: number | undefined,
): Promise<AddedKey> {
  const { provider, clock } = steps;
  const next = await makeKey(algOf(auth));
  await steps.stage(stored === undefined ? { present: next } : { present: stored, next });
  // Times are whole seconds: another key within the same one would look like this one.
  const since = Math.max(Math.floor(clock.now() / 1000), (was ?? 0) + 1);
  const previousUntil = overlap === undefined ? undefined : since + overlap;
  const { previousUntil: accepted } = await keysOf(provider).add(id, {
    key: { jwk: publicJwk(next), keyId: next.keyId, alg: next.alg, createdAt: since },
    previousUntil,
    delivery: pendingDelivery(delivered, since, since),
  });
  const issued = { id, clientId, credential: next, createdAt: since };
  return { issued: accepted === undefined ? issued : { ...issued, previousUntil: accepted }, since };
}

async function renew(client: RotatingClient, steps: RotationSteps): Promise<Renewed> {
  const { issued, since } = await addKey(client, steps, client.overlap);
  if (client.overlap > 0) return { issued, since, version: await steps.deliver(issued, since), gap: undefined };
  const { previousUntil: _atOnce, ...alone } = issued;
  const version = await steps.deliver(alone, since);
  // Not before consumers find the new one.
  await endPrevious(client.id, steps.provider);
  return { issued: alone, since, version, gap: undefined };
}

async function endPrevious(id: string, provider: CredentialProvider): Promise<undefined> {
  await keysOf(provider).keepNewest(id);
}
