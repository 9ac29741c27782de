import type { AdoptChange, CreateChange, DeleteChange, DeliverChange, UpdateChange } from '../../model/plan.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Provider } from '../../providers/provider.ts';

/**
 * A plan follows from listings, and a listing may miss what is there. Before a client is created it is looked up by the
 * client_id that it is to have; unknown: the provider will choose it.
 */
export async function refusePresentClient(
  { address }: CreateChange,
  clientId: string | undefined,
  provider: Provider,
): Promise<void> {
  if (clientId === undefined) return;
  const found = await provider.findClient({ clientId });
  const taken = found === undefined ? await provider.whyTaken(clientId) : undefined;
  if (taken !== undefined) throw taken;
  if (found === undefined) return;
  throw new GrantryError('FAILED', `${address} is to be created, but a client ${found.clientId} is there`, {
    hint: 'It was made since the plan was made, or the listing of clients missed it. Nothing was written. Plan again.',
  });
}

/**
 * Before a client is changed, deleted or delivered it is looked up by its id: it must still be there, and carry the mark of
 * the stack, or of whom it is to be taken over from. Gives whether it is there: one that is to be deleted may be gone.
 */
export async function refuseMovedClient(
  change: UpdateChange | AdoptChange | DeleteChange | DeliverChange,
  stack: string,
  provider: Provider,
): Promise<boolean> {
  const { address, op, id } = change;
  const found = await provider.findClient({ id });
  if (found === undefined) {
    if (op === 'delete') return false;
    throw moved(`${address} is not there any more`);
  }
  const owners = op === 'adopt' ? [stack, ...change.from] : [stack];
  if (owners.includes(found.stack ?? null)) return true;
  throw moved(
    found.stack === undefined
      ? `${address} does not carry the mark of the stack ${stack} any more`
      : `${address} belongs to the stack ${found.stack} by now`,
  );
}

function moved(what: string): GrantryError {
  return new GrantryError('FAILED', `${what}: it was left alone`, {
    hint: 'Somebody changed it since the plan was made. Plan again.',
  });
}
