import type { ReadHeld } from '../../credentials/method.ts';
import { authOf, fits, methodOf, rotationOf } from '../../credentials/registry.ts';
import { GrantryError } from '../../model/errors.ts';
import type { AdoptChange, DeliverChange, PlannedDelivery, UpdateChange } from '../../model/plan.ts';
import { PENDING } from '../../model/rotation.ts';
import type { Fields } from '../../model/state.ts';
import { checkPlace } from '../places/check-place.ts';
import { holderOf } from '../places/credential-holder.ts';
import { checkLeft, leave } from '../places/leave-place.ts';
import type { LeftDocument } from '../places/leave-place.ts';
import { heldOf } from '../places/own-documents.ts';
import { changeOver, renewCredential, replaceCredential } from '../rotation/replace.ts';
import type { ReplacedClient } from '../rotation/replace.ts';
import { deliver, deliveryMark } from './deliver.ts';
import { onlyOurs } from './failure.ts';
import { refuseMovedClient } from './look-again.ts';
import { secondsNow, storeLeft } from './ports.ts';
import type { CarryOutPorts, Done } from './ports.ts';
import { requireAsWritten } from '../confirm/read-back.ts';

type ClientChange = UpdateChange | AdoptChange | DeliverChange;

export async function updateClient(change: UpdateChange | AdoptChange, ports: CarryOutPorts): Promise<Done> {
  const { provider, stack } = ports;
  await refuseMovedClient(change, stack, provider);
  // Before anything is written: what a look at the store refuses must leave the client as it is.
  const delivery = change.delivery === undefined ? undefined : await checkDelivery(change, change.delivery, ports);
  if (delivery?.reason === 'method-changed' || delivery?.reason === 'workload-changed') {
    const client = replacedClient(change, delivery, ports);
    const { storeVersion, changed } = await changeOver(client, () => provider.updateClient(change), ports);
    await requireAsWritten(change, changed, provider);
    return { storeVersion };
  }
  const found = await provider.updateClient(change);
  // Also where the server keeps something back, its consumer gets the credential.
  const done = delivery === undefined ? {} : await deliverAgain(change, delivery, ports).catch(onlyOurs);
  // A server that keeps everything back has neither: then the fields say what was to change.
  if (!(done instanceof GrantryError) || done.code === 'FAILED') await requireAsWritten(change, found, provider);
  return done instanceof GrantryError ? halfDone(done) : done;
}

/** The client is as it should be, but for its document. */
export async function deliverClient(change: DeliverChange, ports: CarryOutPorts): Promise<Done> {
  await refuseMovedClient(change, ports.stack, ports.provider);
  return deliverAgain(change, await checkDelivery(change, change.delivery, ports), ports);
}

/** A change is done or not; the failure must name what is done in part. */
function halfDone(error: GrantryError): never {
  const { code, message, hint } = error;
  const words = `it was changed at the provider, but its credential was not delivered: ${message}`;
  throw new GrantryError(code, words, { cause: error, ...(hint === undefined ? {} : { hint }) });
}

/** The delivery as what lies at its places now allows it; throws where that does not. */
async function checkDelivery(
  change: ClientChange,
  delivery: PlannedDelivery,
  ports: CarryOutPorts,
): Promise<PlannedDelivery> {
  const { provider, store, stack } = ports;
  const { movedFrom } = delivery;
  if (movedFrom !== undefined) await checkLeft(storeLeft(ports, delivery), movedFrom, leftBy(change, delivery, ports));
  return checkPlace(delivery, stack, store, holderOf(change.id, fieldsBefore(change), provider));
}

function fieldsBefore(change: ClientChange): Fields {
  return change.op === 'deliver' ? change.after : change.before;
}

function leftBy(
  change: ClientChange,
  { client, clientId, former = { client, clientId } }: PlannedDelivery,
  { provider, stack }: CarryOutPorts,
): LeftDocument {
  const { id, owner } = change;
  return { stack, owner, ...former, holder: holderOf(id, fieldsBefore(change), provider) };
}

function heldBy(change: ClientChange, delivery: PlannedDelivery, ports: CarryOutPorts): ReadHeld {
  const { stack, store } = ports;
  return heldOf({
    stack,
    delivery,
    store,
    storeLeft: () => storeLeft(ports, delivery),
    clientIds: () => clientIdsOf(change, delivery, ports),
  });
}

/** A change of the client_id that was cut off may have come to the document or to the provider alone. */
async function clientIdsOf(
  change: ClientChange,
  { clientId, former }: PlannedDelivery,
  { provider }: CarryOutPorts,
): Promise<ReadonlySet<string>> {
  const { chosenClientId } = provider.capabilities;
  const present = chosenClientId ? clientId : (await provider.findClient({ id: change.id }))?.clientId;
  const ids = [present, former?.clientId, fieldsBefore(change)['clientId']];
  return new Set(ids.filter((each) => typeof each === 'string'));
}

function replacedClient(change: ClientChange, delivery: PlannedDelivery, ports: CarryOutPorts): ReplacedClient {
  const { id, after } = change;
  return {
    id,
    before: fieldsBefore(change),
    after,
    delivery,
    owner: { stack: ports.stack, owner: change.owner },
    readHeld: heldBy(change, delivery, ports),
    leavePlace: async () => {
      if (delivery.movedFrom === undefined) return;
      await leave(storeLeft(ports, delivery), delivery.movedFrom, leftBy(change, delivery, ports));
    },
  };
}

/** Copies the credential that the provider has now; nothing is rotated, so no consumer is cut off. */
async function deliverAgain(change: ClientChange, delivery: PlannedDelivery, ports: CarryOutPorts): Promise<Done> {
  const { provider, store } = ports;
  const { id, after } = change;
  const client = replacedClient(change, delivery, ports);
  if (delivery.reason === 'guessable') return { storeVersion: await replaceCredential(client, ports) };
  if (delivery.reason === 'previous-guessable') await rotationOf(after).endPrevious(id, provider);
  // It lies at the place before, which may be another one.
  const rotated = delivery.lostMark === true ? undefined : await ports.finishRotation(change.address);
  if (rotated !== undefined && delivery.reason !== 'moved') return { storeVersion: rotated };
  const found = await methodOf(after).read(id, provider, client.readHeld);
  const { clientId, credential, createdAt, previousUntil } = found;
  // The provider has the public part alone, and what the store holds is another key, or one of a change that was cut off.
  if (credential === undefined || !fits(credential, authOf(after)))
    return { storeVersion: await renewCredential({ ...client, before: after }, ports) };
  // Nobody knows how old the credential of an adopted client is: at least as old as this.
  const since = delivery.since ?? secondsNow(ports);
  const mark = deliveryMark(delivery, createdAt, since);
  // In the store's listing a place with a mark alone looks like one with a document: until the document is
  // written, the client must not bear the mark of a finished delivery.
  if (delivery.reason === 'missing') await provider.markDelivered(id, { ...mark, facts: PENDING });
  const delivered = { clientId, held: { present: credential }, createdAt, previousUntil };
  const storeVersion = await deliver(store, delivery, delivered, client.owner);
  await client.leavePlace();
  await provider.markDelivered(id, mark);
  return { storeVersion };
}
