import { nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { DeleteChange } from '../../model/plan.ts';
import type { Delivery } from '../../model/state.ts';
import type { Store } from '../../stores/store.ts';
import { checkLeft, leave, purgeRetired } from '../places/leave-place.ts';
import { holderOf } from '../places/credential-holder.ts';
import { refuseMovedClient } from './look-again.ts';
import type { CarryOutPorts, Done } from './ports.ts';

/**
 * The document stays to be looked up, marked as retired, or is destroyed. Either comes first: once the
 * client is gone, no later run would know of the document. Where it is not the client's any more the client goes all the same,
 * for somebody wants its access to end; but that nothing was retired is said.
 */
export async function deleteClient(change: DeleteChange, ports: CarryOutPorts): Promise<Done> {
  const { provider, stack, purgeStore } = ports;
  const { delivered } = change;
  const isThere = await refuseMovedClient(change, stack, provider);
  const store = delivered === undefined ? undefined : storeOf(delivered, ports);
  const document = store === undefined || delivered === undefined ? undefined : { store, path: delivered.path };
  const problem = document === undefined ? undefined : await retireDeleted(change, document, ports);
  if (document !== undefined && purgeStore)
    await purgeRetired(document.store, document.path, { stack, client: nameOf(change.address) });
  if (isThere) await provider.deleteClient(change);
  if (problem === undefined) return {};
  const { message, hint } = problem;
  throw new GrantryError('FAILED', `the client is deleted, but ${message}`, hint === undefined ? {} : { hint });
}

/** The store that its document lies in; undefined: in none that is open. */
function storeOf({ path, place }: Delivery, { store, formerStore }: CarryOutPorts): Store | undefined {
  return [store, formerStore].find((each) => each?.locate(path) === place);
}

/** Gives what is in the way, if it is that the document is another one. */
async function retireDeleted(
  { address, id, owner, before }: DeleteChange,
  { store, path }: { readonly store: Store; readonly path: string },
  { provider, stack }: CarryOutPorts,
): Promise<GrantryError | undefined> {
  const clientId = typeof before['clientId'] === 'string' ? before['clientId'] : id;
  const left = { stack, client: nameOf(address), owner, clientId, holder: holderOf(id, before, provider) };
  try {
    await checkLeft(store, path, left);
    await leave(store, path, left);
    return undefined;
  } catch (error) {
    if (error instanceof GrantryError && error.code === 'CONFLICT') return error;
    throw error;
  }
}
