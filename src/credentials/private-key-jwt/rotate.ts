import { pendingDelivery } from '../../model/delivery-mark.ts';
import type {
  CredentialProvider,
  CredentialRotation,
  Prepared,
  Renewed,
  RotatingClient,
  RotationSteps,
} from '../method.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import { publicJwk } from '../../model/secrets/public-jwk.ts';
import { algOf, makeKey } from './make.ts';
import { keysOf } from './read.ts';

/** The new key is added beside the previous one, which grantry takes away: no server ends an overlap of keys by itself. */
export const rotation: CredentialRotation = {
  overlapEndedBy: 'grantry',
  prepare,
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
  { overlap, keepsOlder }: { readonly overlap: number; readonly keepsOlder: boolean },
): Promise<AddedKey> {
  const { provider } = steps;
  const next = await makeKey(algOf(auth));
  await steps.stage(stored === undefined ? { present: next } : { present: stored, next });
  // Times are whole seconds: another key within the same one would look like this one.
  const since = Math.max(await keysOf(provider).now(), (was ?? 0) + 1);
  const previousUntil = since + overlap;
  const { previousUntil: accepted } = await keysOf(provider).add(id, {
    key: { jwk: publicJwk(next), keyId: next.keyId, alg: next.alg, createdAt: since },
    previousUntil,
    keepsOlder,
    delivery: pendingDelivery(delivered, since, since),
  });
  const issued = { id, clientId, credential: next, createdAt: since };
  return { issued: accepted === undefined ? issued : { ...issued, previousUntil: accepted }, since };
}

/** So long a key stays at most that a change ends by itself, should what takes it away be cut off; seconds. */
const UNTIL_CHANGED = 3600;

/** One of another algorithm is accepted until the client is to sign with the new one. */
async function prepare(client: RotatingClient, steps: RotationSteps): Promise<Prepared> {
  const { issued, since } = await addKey(client, steps, { overlap: UNTIL_CHANGED, keepsOlder: true });
  return { issued: withoutPrevious(issued), since };
}

function withoutPrevious({ previousUntil: _ended, ...alone }: IssuedCredential): IssuedCredential {
  return alone;
}

async function renew(client: RotatingClient, steps: RotationSteps): Promise<Renewed> {
  const { overlap, keepsOlder = false } = client;
  const { issued, since } = await addKey(client, steps, { overlap, keepsOlder });
  if (overlap > 0) return { issued, since, version: await steps.deliver(issued, since), gap: undefined };
  const alone = withoutPrevious(issued);
  const version = await steps.deliver(alone, since);
  // Not before consumers find the new one.
  await endPrevious(client.id, steps.provider);
  return { issued: alone, since, version, gap: undefined };
}

async function endPrevious(id: string, provider: CredentialProvider): Promise<undefined> {
  await keysOf(provider).keepNewest(id);
}
