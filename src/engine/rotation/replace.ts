import { isDeepStrictEqual } from 'node:util';
import type { Prepared, ReadHeld, RotatingClient, RotationSteps } from '../../credentials/method.ts';
import {
  authOf,
  fits,
  isGuessable,
  isHeldByWorkload,
  isSameCredential,
  methodOf,
  rotationOf,
} from '../../credentials/registry.ts';
import type { PlannedDelivery } from '../../model/plan.ts';
import { PENDING } from '../../model/rotation.ts';
import type { Fields } from '../../model/state.ts';
import type { Clock } from '../../platform/clock.ts';
import type { IssuedCredential, Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import { deliver, deliveryMark } from '../apply/deliver.ts';
import type { DeliveryOwner } from '../apply/deliver.ts';

export interface ReplacePorts {
  readonly provider: Pick<Provider, 'capabilities' | 'secrets' | 'keys' | 'federation' | 'markDelivered'>;
  readonly store: Store;
  readonly clock: Clock;
}

/** A client that an apply gives another credential. */
export interface ReplacedClient {
  readonly id: string;
  /** As the provider has it before. */
  readonly before: Fields;
  readonly after: Fields;
  readonly delivery: PlannedDelivery;
  /** The client_id that the provider assigned, where that is not the one that was planned. */
  readonly assignedId?: string;
  readonly owner: DeliveryOwner;
  readonly readHeld: ReadHeld;
  /** Marks what lies at the place before as retired. */
  readonly leavePlace: () => Promise<void>;
}

/**
 * Replaces a credential that anybody can guess, and ends what is left of the previous one. The new one lies in the store,
 * beside the present one, before the provider has it: a crash between any two writes loses none. Until then the next plan
 * finds the same; from then on it finds a document that is not finished. Returns the document's version.
 */
export async function replaceCredential(client: ReplacedClient, ports: ReplacePorts): Promise<number> {
  const rotation = rotationOf(client.after);
  const steps = stepsOf(client, ports);
  const { issued, since, version } = await rotation.replace(await rotatingClient(client, ports), {
    ...steps,
    deliver: async ({ previousUntil: _ended, ...alone }, since) => {
      await rotation.endPrevious(client.id, ports.provider);
      return steps.deliver(alone, since);
    },
  });
  await markDelivered(client, { issued, since }, ports);
  return version;
}

/**
 * Issues a credential in place of one that nobody has any more; consumers that have it still may go on for the overlap, and those
 * that have one before it until that one's is over: a rotation nobody asked for is to cut nobody off.
 */
export async function renewCredential(client: ReplacedClient, ports: ReplacePorts): Promise<number> {
  const rotating = { ...(await rotatingClient(client, ports)), keepsOlder: true };
  const { issued, since, version } = await rotationOf(client.after).renew(rotating, stepsOf(client, ports));
  await markDelivered(client, { issued, since }, ports);
  return version;
}

/**
 * Issues a credential of another method, good from the moment at which `change` has the client authenticate by it. A crash
 * before finds the same change in the next plan; one after finds a document that is not finished. Returns its version, and
 * what the change gave.
 */
export async function changeOver<T>(
  client: ReplacedClient,
  change: () => Promise<T>,
  ports: ReplacePorts,
): Promise<{ readonly storeVersion: number; readonly changed: T }> {
  if (isHeldByWorkload(authOf(client.after))) return changeToWorkload(client, change, ports);
  const rotation = rotationOf(client.after);
  const steps = stepsOf(client, ports);
  const kept = await keptCredential(client, ports);
  const { issued, since } = kept ?? (await rotation.prepare(await rotatingClient(client, ports), steps));
  const changed = await change();
  const storeVersion = await steps.deliver(issued, since);
  // Where none was made, the overlap that runs is one of before.
  if (kept === undefined && rotation.overlapEndedBy === 'grantry')
    await rotation.endPrevious(client.id, ports.provider);
  await markDelivered(client, { issued, since }, ports);
  return { storeVersion, changed };
}

/** Somebody changed the method by hand: consumers still hold what they had before, and so does the provider. */
async function keptCredential(
  { id, after, readHeld }: ReplacedClient,
  { provider }: ReplacePorts,
): Promise<Prepared | undefined> {
  const held = (await readHeld())?.present;
  if (held === undefined || !fits(held, authOf(after)) || isGuessable(held)) return undefined;
  const { credential, ...found } = await methodOf(after).read(id, provider, readHeld);
  if (credential === undefined || !isSameCredential(held, credential)) return undefined;
  return { issued: { ...found, credential }, since: undefined };
}

/**
 * The same where there is no credential to come: from the moment of the change the one before is of no use. Until the document
 * says so the client bears the mark of one that is not finished.
 */
async function changeToWorkload<T>(
  { id, after, delivery, owner, readHeld, leavePlace }: ReplacedClient,
  change: () => Promise<T>,
  { provider, store, clock }: ReplacePorts,
): Promise<{ readonly storeVersion: number; readonly changed: T }> {
  const mark = deliveryMark(delivery, undefined, Math.floor(clock.now() / 1000));
  await provider.markDelivered(id, { ...mark, facts: PENDING });
  const changed = await change();
  const { clientId, credential } = await methodOf(after).read(id, provider, readHeld);
  const held = credential === undefined ? undefined : { present: credential };
  const storeVersion = await deliver(store, delivery, { clientId, held, createdAt: undefined }, owner);
  await leavePlace();
  await provider.markDelivered(id, mark);
  return { storeVersion, changed };
}

async function markDelivered(
  { id, delivery }: ReplacedClient,
  { issued, since }: Prepared,
  { provider, clock }: ReplacePorts,
): Promise<void> {
  const mark = deliveryMark(delivery, issued.createdAt, since ?? Math.floor(clock.now() / 1000));
  await provider.markDelivered(id, mark);
}

async function rotatingClient(
  { id, before, after, delivery, readHeld }: ReplacedClient,
  { provider }: ReplacePorts,
): Promise<RotatingClient> {
  const found = await methodOf(before).read(id, provider, readHeld);
  const { clientId, credential, createdAt = null } = found;
  const held = await readHeld();
  const known = [credential, held?.present, held?.next].filter((each) => each !== undefined);
  // After changes that were cut off the newest may be none by which the client can log in yet.
  const stored = known.find((each) => fits(each, authOf(before))) ?? known[0];
  const { overlap = 0 } = delivery;
  return { id, clientId, auth: authOf(after), overlap, delivered: delivery, was: createdAt, stored };
}

function stepsOf(client: ReplacedClient, ports: ReplacePorts): RotationSteps {
  const { delivery, owner, before, after, leavePlace } = client;
  const { provider, store, clock } = ports;
  const isSameWay = isDeepStrictEqual(authOf(before), authOf(after));
  return {
    provider,
    clock,
    stage: async (held) => {
      // What a document says of a way to authenticate holds for the credential in it.
      const facts = isSameWay || delivery.alreadyDelivered !== true ? delivery.facts : {};
      const clientId = await stagedId(client, ports);
      await deliver(store, { ...delivery, facts }, { clientId, held, createdAt: undefined }, owner);
      // From the next write on nobody would know of the place before.
      await leavePlace();
    },
    deliver: ({ clientId, credential: present, createdAt, previousUntil }: IssuedCredential, since) => {
      const written = since === undefined ? delivery : { ...delivery, since };
      return deliver(store, written, { clientId, held: { present }, createdAt, previousUntil }, owner);
    },
  };
}

/** What a staged document is to say: where the provider assigns it, the manifest does not know it. */
async function stagedId(
  { id, assignedId, before, delivery, readHeld }: ReplacedClient,
  { provider }: ReplacePorts,
): Promise<string> {
  if (assignedId !== undefined || provider.capabilities.chosenClientId) return assignedId ?? delivery.clientId;
  return (await methodOf(before).read(id, provider, readHeld)).clientId;
}
