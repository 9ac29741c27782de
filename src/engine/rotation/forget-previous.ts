import { toPayload } from '../../credentials/registry.ts';
import type { ActualObject } from '../../model/state.ts';
import { occupantOf } from '../places/whose-document.ts';
import { readWhole } from '../places/stored-credential.ts';
import { nameOf } from '../../model/address.ts';
import type { RotationPorts } from './subject.ts';

/** After an overlap: takes the previous credential out of a document that has it inside. Of nobody else's document. */
export async function forgetPrevious(
  { address, credential }: Pick<ActualObject, 'address' | 'credential'>,
  { store, stack }: Pick<RotationPorts, 'store' | 'stack'>,
): Promise<void> {
  const { delivered } = credential ?? {};
  if (store.capabilities.previous !== 'document' || delivered === undefined) return;
  if (store.locate(delivered.path) !== delivered.place) return;
  const occupant = occupantOf(await store.inspect(delivered.path), { stack, client: nameOf(address) });
  const stored = occupant.kind === 'client' ? await readWhole(store, delivered.path) : undefined;
  if (!stored?.previous) return;
  const { clientId, version, present } = stored;
  const payload = toPayload({ present, previous: null });
  await store.write(delivered.path, { clientId, payload, facts: { overlap_until: null } }, version);
}
