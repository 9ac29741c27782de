import { checkLeft, checkPlace, deliver, deliveryMark, leave, makeSecret, purgeRetired, readInUse } from './deliver.ts';
import type { LeftDocument } from './deliver.ts';
import { replaceSecret } from '../rotation/replace.ts';
import { isKind, nameOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type {
  AdoptChange,
  Change,
  CreateChange,
  DeleteChange,
  DeliverChange,
  PlannedDelivery,
  UpdateChange,
} from '../../model/plan.ts';
import { isRepeated } from '../../model/guessable.ts';
import { PENDING } from '../../model/rotation.ts';
import type { Clock } from '../../platform/clock.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { StoredDocument } from '../../stores/store.ts';
import type { ApiBook } from '../ledger/api-ledger.ts';
import { refuseMovedClient, refusePresentClient } from './look-again.ts';
import { requireAsWritten } from './read-back.ts';
import type { Step } from './steps.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** What carrying out a change left behind. */
export interface Done {
  readonly storeVersion?: number;
}

export interface CarryOutPorts extends TargetPorts {
  readonly clock: Clock;
  readonly stack: string;
  /** Destroy the documents of deleted clients instead of marking them as retired. */
  readonly purgeStore: boolean;
  /** Where Apis are noted that cannot be marked. */
  readonly apiBook: ApiBook;
  /** Finishes a rotation of this client that a run before left, where there is one; tells the document's version. */
  readonly finishRotation: (client: Address) => Promise<number | undefined>;
}

/**
 * Carries one step out. The order of its writes is such that a crash between any two of them shows as a change
 * in the next plan and loses no credential.
 */
export async function carryOut({ change, part }: Step, ports: CarryOutPorts): Promise<Done> {
  if (isKind(change.address, 'Rotation')) {
    if (change.op !== 'deliver') await ports.provider.changeOverlap(change);
    return {};
  }
  if (isKind(change.address, 'Api')) {
    if (part === 'shrink') await shrinkApi(change, ports);
    if (part === 'grow') await growApi(change, ports);
    return {};
  }
  switch (change.op) {
    case 'create':
      return createClient(change, ports);
    case 'update':
    case 'adopt':
      return updateClient(change, ports);
    case 'delete':
      return deleteClient(change, ports);
    case 'deliver':
      await refuseMovedClient(change, ports.stack, ports.provider);
      return deliverAgain(change, await checkDelivery(change, change.delivery, ports), ports);
    default:
      return change satisfies never;
  }
}

async function growApi(change: Change, { provider, apiBook }: CarryOutPorts): Promise<void> {
  if (change.op === 'delete' || change.op === 'deliver') return;
  const found = provider.capabilities.apiMarks
    ? (await provider.growApi(change)).found
    : await apiBook.growing(change, () => provider.growApi(change));
  await requireAsWritten(change, found, provider);
}

async function shrinkApi(change: Change, { provider, apiBook }: CarryOutPorts): Promise<void> {
  if (change.op === 'create' || change.op === 'deliver') return;
  await provider.shrinkApi(change);
  if (change.op === 'delete' && !provider.capabilities.apiMarks) await apiBook.deleted(change);
}

/**
 * Where the secret can be chosen, the store has it before the client exists, so that no secret is ever at the provider
 * alone; and the client is born with the mark of a finished delivery. Elsewhere the mark comes last.
 *
 * A document that is in use for this very client means that the client should be there: somebody deleted it, or an earlier
 * run ended before it came to be. Its secret is not written over but given to the client again.
 */
async function createClient(change: CreateChange, ports: CarryOutPorts): Promise<Done> {
  const { provider, store, stack } = ports;
  const { delivery, owner } = change;
  if (delivery === undefined) throw new TypeError(`${change.address} is to be created without a place for its secret`);
  const { chosenSecret, chosenClientId } = provider.capabilities;
  const lying = await readInUse(store, delivery, stack);
  // One that anybody can guess is not given to a client again.
  const inUse = lying !== undefined && isRepeated(lying.document.clientSecret.reveal()) ? undefined : lying;
  await refusePresentClient(change, chosenClientId ? delivery.clientId : lying?.document.clientId, provider);
  // Providers count whole seconds: one less, so that a secret made by hand within the same second is told from this one.
  const now = secondsNow(ports) - 1;
  if (!chosenSecret) {
    await checkPlace(delivery, stack, store, () =>
      Promise.reject(new TypeError('a client that is new has no document')),
    );
    const issued = await provider.createClient({ change });
    const storeVersion = await deliver(store, { ...delivery, since: now }, issued, { stack, owner });
    await provider.markDelivered(issued.id, deliveryMark(delivery, issued.createdAt, now));
    await requireAsWritten(change, issued.found, provider);
    return { storeVersion };
  }
  const secret = inUse?.document.clientSecret ?? makeSecret();
  const createdAt = inUse === undefined ? now : (rotatedAt(inUse) ?? now);
  const issued = { clientId: delivery.clientId, secret, createdAt };
  const storeVersion =
    inUse !== undefined && holds(inUse, delivery)
      ? inUse.version
      : await deliver(store, delivery, issued, { stack, owner });
  const { found } = await provider.createClient({
    change,
    secret,
    delivery: deliveryMark(delivery, createdAt, createdAt),
  });
  await requireAsWritten(change, found, provider);
  return { storeVersion };
}

/** Unix seconds, as the document tells. */
function rotatedAt({ document }: StoredDocument): number | undefined {
  const at = Date.parse(document.facts['rotated_at'] ?? '');
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

/** Whether a document tells what it is to tell, but for its secret. */
function holds({ document }: StoredDocument, { clientId, facts }: PlannedDelivery): boolean {
  const tells = Object.entries(facts).every(([key, value]) => document.facts[key] === value);
  return document.clientId === clientId && document.next === undefined && tells;
}

async function updateClient(change: UpdateChange | AdoptChange, ports: CarryOutPorts): Promise<Done> {
  await refuseMovedClient(change, ports.stack, ports.provider);
  // Before anything is written: what a look at the store refuses must leave the client as it is.
  const delivery = change.delivery === undefined ? undefined : await checkDelivery(change, change.delivery, ports);
  const found = await ports.provider.updateClient(change);
  // Also where the server keeps something back, its consumer gets the credential.
  const done = delivery === undefined ? {} : await deliverAgain(change, delivery, ports).catch(halfDone);
  await requireAsWritten(change, found, ports.provider);
  return done;
}

/** A change is done or not; of what is done in part the failure must tell. */
function halfDone(error: unknown): never {
  if (!(error instanceof GrantryError)) throw error;
  const { code, message, hint } = error;
  const told = `it was changed at the provider, but its credential was not delivered: ${message}`;
  throw new GrantryError(code, told, { cause: error, ...(hint === undefined ? {} : { hint }) });
}

/** The delivery as what lies at its places now allows it; throws where that does not. */
async function checkDelivery(
  change: UpdateChange | AdoptChange | DeliverChange,
  delivery: PlannedDelivery,
  ports: CarryOutPorts,
): Promise<PlannedDelivery> {
  const { provider, store, stack } = ports;
  const { movedFrom } = delivery;
  if (movedFrom !== undefined) await checkLeft(store, movedFrom, leftBy(change, delivery, ports));
  return checkPlace(delivery, stack, store, () => provider.readCredential(change.id));
}

function leftBy(
  { id, owner }: UpdateChange | AdoptChange | DeliverChange,
  { client, clientId, former = { client, clientId } }: PlannedDelivery,
  { provider, stack }: CarryOutPorts,
): LeftDocument {
  return { stack, owner, ...former, present: () => provider.readCredential(id) };
}

/** Copies the secret that the provider has now; nothing is rotated, so no consumer is cut off. */
async function deliverAgain(
  change: UpdateChange | AdoptChange | DeliverChange,
  delivery: PlannedDelivery,
  ports: CarryOutPorts,
): Promise<Done> {
  const { provider, store, stack } = ports;
  const leavePlace = async (): Promise<void> => {
    if (delivery.movedFrom !== undefined) await leave(store, delivery.movedFrom, leftBy(change, delivery, ports));
  };
  const owner = { stack, owner: change.owner };
  if (delivery.reason === 'guessable') {
    return { storeVersion: await replaceSecret(change.id, delivery, owner, leavePlace, ports) };
  }
  if (delivery.reason === 'previous-guessable') await provider.endOverlap(change.id);
  // It lies at the place before, which may be another one.
  const rotated = delivery.lostMark === true ? undefined : await ports.finishRotation(change.address);
  if (rotated !== undefined && delivery.reason !== 'moved') return { storeVersion: rotated };
  const issued = await provider.readCredential(change.id);
  // Nobody knows how old the secret of an adopted client is: at least as old as this.
  const since = delivery.since ?? secondsNow(ports);
  if (delivery.reason === 'missing') {
    // The store's listing cannot tell a place with a mark alone from one with a document: until the document is
    // written, the client must not bear the mark of a finished delivery.
    await provider.markDelivered(issued.id, { ...deliveryMark(delivery, issued.createdAt, since), facts: PENDING });
  }
  const storeVersion = await deliver(store, delivery, issued, owner);
  await leavePlace();
  await provider.markDelivered(issued.id, deliveryMark(delivery, issued.createdAt, since));
  return { storeVersion };
}

function secondsNow({ clock }: Pick<CarryOutPorts, 'clock'>): number {
  return Math.floor(clock.now() / 1000);
}

/**
 * The document stays for whoever must look something up, marked as retired, or is destroyed. Either comes first: once the
 * client is gone, no later run would know of the document. Where it is not the client's any more the client goes all the same,
 * for somebody wants its access to end; but that nothing was retired is said.
 */
async function deleteClient(change: DeleteChange, ports: CarryOutPorts): Promise<Done> {
  const { provider, store, stack, purgeStore } = ports;
  const { delivered } = change;
  const isThere = await refuseMovedClient(change, stack, provider);
  const isHere = delivered !== undefined && store.locate(delivered.path) === delivered.place;
  const problem = isHere ? await retireDeleted(change, delivered.path, ports) : undefined;
  if (isHere && purgeStore) await purgeRetired(store, delivered.path, { stack, client: nameOf(change.address) });
  if (isThere) await provider.deleteClient(change);
  if (problem === undefined) return {};
  const { message, hint } = problem;
  throw new GrantryError('FAILED', `the client is deleted, but ${message}`, hint === undefined ? {} : { hint });
}

/** Gives what is in the way, if it is that the document is another one. */
async function retireDeleted(
  { address, id, owner, before }: DeleteChange,
  path: string,
  { provider, store, stack }: CarryOutPorts,
): Promise<GrantryError | undefined> {
  const clientId = typeof before['clientId'] === 'string' ? before['clientId'] : id;
  const present = (): Promise<IssuedCredential> => provider.readCredential(id);
  const left = { stack, client: nameOf(address), owner, clientId, present };
  try {
    await checkLeft(store, path, left);
    await leave(store, path, left);
    return undefined;
  } catch (error) {
    if (error instanceof GrantryError && error.code === 'CONFLICT') return error;
    throw error;
  }
}
