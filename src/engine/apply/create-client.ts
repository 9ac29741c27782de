import { authOf, fits, isGuessable, isHeldByWorkload, methodFor, methodOf } from '../../credentials/registry.ts';
import type { CreateChange, PlannedDelivery } from '../../model/plan.ts';
import { PENDING } from '../../model/rotation.ts';
import { checkPlace } from '../places/check-place.ts';
import { readWhole } from '../places/stored-credential.ts';
import type { StoredCredential } from '../places/stored-credential.ts';
import { isInUse } from '../places/whose-document.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Delivery } from '../../model/state.ts';
import { changeOver } from '../rotation/replace.ts';
import { deliver, deliveryMark } from './deliver.ts';
import { onlyOurs } from './failure.ts';
import { refusePresentClient } from './look-again.ts';
import { secondsNow } from './ports.ts';
import type { CarryOutPorts, Done } from './ports.ts';
import { lostOfCredential } from '../confirm/confirm-provider.ts';
import { requireAsWritten, requireNothingLost } from '../confirm/read-back.ts';

/** A create of a client whose credential is delivered. */
type DeliveredCreate = CreateChange & Required<Pick<CreateChange, 'delivery'>>;

/** Creates a client. One that has nothing to be delivered is at the provider alone. */
export async function createClient(change: CreateChange, ports: CarryOutPorts): Promise<Done> {
  const { provider } = ports;
  if (hasDelivery(change)) return createDelivered(change, ports);
  const { clientId } = change.after;
  await refusePresentClient(change, typeof clientId === 'string' ? clientId : undefined, provider);
  const { found } = await provider.createClient({ change });
  await requireAsWritten(change, found, provider);
  return {};
}

function hasDelivery(change: CreateChange): change is DeliveredCreate {
  return change.delivery !== undefined;
}

/**
 * A document that is in use for this very client means that the client should be there: somebody deleted it, or an earlier
 * run ended before it came to be. Its credential is not written over but given to the client again.
 */
async function createDelivered(change: DeliveredCreate, ports: CarryOutPorts): Promise<Done> {
  const { provider, store, stack } = ports;
  const { delivery } = change;
  const entry = await store.inspect(delivery.path);
  const isUsed = entry !== undefined && isInUse(entry, { stack, client: delivery.client });
  const lying = isUsed ? await readWhole(store, delivery.path) : undefined;
  const { chosenSecret, chosenClientId } = provider.capabilities;
  await refusePresentClient(change, chosenClientId ? delivery.clientId : lying?.clientId, provider);
  if (chosenSecret) return createWithChosen(change, lying, ports);
  return methodOf(change.after).kind === 'client-secret' ? createWithIssued(change, ports) : createFirst(change, ports);
}

/**
 * Where the credential can be chosen, the store has it before the client exists, so that none is ever at the provider
 * alone; and the client is born with the mark of a finished delivery.
 */
async function createWithChosen(
  change: DeliveredCreate,
  lying: StoredCredential | undefined,
  ports: CarryOutPorts,
): Promise<Done> {
  const { provider, store, stack } = ports;
  const { delivery, owner } = change;
  const { clientId } = delivery;
  // One that anybody can guess is not given to a client again, nor one by which it cannot log in.
  const auth = authOf(change.after);
  const isUsable = lying !== undefined && !isGuessable(lying.present) && fits(lying.present, auth);
  const inUse = isUsable ? lying : undefined;
  const credential = inUse?.present ?? (await methodFor(auth).make(auth));
  const born = bornAt(ports);
  // What nobody keeps has no age.
  const createdAt = isHeldByWorkload(auth) ? undefined : ((inUse === undefined ? undefined : rotatedAt(inUse)) ?? born);
  const storeVersion =
    inUse !== undefined && saysThis(inUse, delivery)
      ? inUse.version
      : await deliver(store, delivery, { clientId, held: { present: credential }, createdAt }, { stack, owner });
  const chosen = { credential, delivery: deliveryMark(delivery, createdAt, createdAt ?? born) };
  const { id, found, written } = await provider.createClient({ change, chosen });
  if (written === undefined)
    throw new TypeError(`the provider does not say what became of ${change.address}'s credential`);
  const lost = lostOfCredential({ ...chosen, createdAt }, written, provider.capabilities);
  const hint = lost.length === 0 ? undefined : await haveItDelivered(id, chosen.delivery, provider);
  await requireAsWritten(change, found, provider);
  requireNothingLost(provider.describe(), `the create of ${change.address}`, lost, hint);
  return { storeVersion };
}

/**
 * With the mark of a finished delivery nobody would look again; with this one the next plan delivers what is there. Gives what
 * to do. Where the mark is not taken either, the failure that led here is the one to be reported.
 */
async function haveItDelivered(id: string, delivery: Delivery, provider: CarryOutPorts['provider']): Promise<string> {
  const marked = await provider.markDelivered(id, { ...delivery, facts: PENDING }).catch(onlyOurs);
  return marked instanceof GrantryError
    ? 'Run apply with --check-store: it delivers the secret that the server has. Without it nothing shows that it is another one.'
    : 'Run apply again: it delivers the secret that the server has.';
}

/** Where the provider chooses it, the mark comes last. */
async function createWithIssued(change: DeliveredCreate, ports: CarryOutPorts): Promise<Done> {
  const { provider, store, stack } = ports;
  const { delivery, owner } = change;
  const since = bornAt(ports);
  await checkPlace(delivery, stack, store, noDocument);
  const { id, found, issued } = await provider.createClient({ change });
  if (issued === undefined) throw new TypeError(`the provider gave ${change.address} no credential`);
  const { clientId, credential, createdAt } = issued;
  const delivered = { clientId, held: { present: credential }, createdAt };
  const storeVersion = await deliver(store, { ...delivery, since }, delivered, { stack, owner });
  await provider.markDelivered(id, deliveryMark(delivery, createdAt, since));
  await requireAsWritten(change, found, provider);
  return { storeVersion };
}

/**
 * Where the provider assigns the client_id, without which no document can be written, and nobody but grantry can make the credential:
 * the client is there first. A crash in between leaves one that nothing was delivered for, which the next plan shows.
 */
async function createFirst(change: DeliveredCreate, ports: CarryOutPorts): Promise<Done> {
  const { provider, stack } = ports;
  const { after, delivery, owner } = change;
  await checkPlace(delivery, stack, ports.store, noDocument);
  const { id, found } = await provider.createClient({ change });
  const { clientId: assignedId } = await methodOf(after).read(id, provider, nothing);
  const client = { id, before: after, after, delivery, assignedId, owner: { stack, owner } };
  const created = { ...client, readHeld: nothing, leavePlace: nothing };
  const { storeVersion } = await changeOver(created, nothing, ports);
  await requireAsWritten(change, found, provider);
  return { storeVersion };
}

function noDocument(): Promise<never> {
  return Promise.reject(new TypeError('a client that is new has no document'));
}

async function nothing(): Promise<undefined> {
  return undefined;
}

/** Providers count whole seconds: one less, so that a secret made by hand within the same second differs from this one. */
function bornAt(ports: CarryOutPorts): number {
  return secondsNow(ports) - 1;
}

/** Unix seconds, as the document says. */
function rotatedAt({ facts }: StoredCredential): number | undefined {
  const at = Date.parse(facts['rotated_at'] ?? '');
  return Number.isNaN(at) ? undefined : Math.floor(at / 1000);
}

/** Whether a document says what it should, but for its credential. */
function saysThis({ clientId, next, facts }: StoredCredential, wanted: PlannedDelivery): boolean {
  const isRight = Object.entries(wanted.facts).every(([key, value]) => facts[key] === value);
  return clientId === wanted.clientId && next === undefined && isRight;
}
