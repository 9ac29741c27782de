import { z } from 'zod';
import { isKind } from '../../model/address.ts';
import type { Plan } from '../../model/plan.ts';
import type { ChangeResult } from '../../model/report.ts';
import { isOurs } from '../../model/state.ts';
import type { PlanInput } from '../plan/build-plan.ts';
import { ledgerName } from '../../stores/record.ts';
import type { Store } from '../../stores/store.ts';

const schema = z.object({ clients: z.number() });
const lastApply = z.object({ lastApply: z.string() });

/**
 * How many clients the stack had when grantry last changed something; undefined where nobody noted it. Looked up only
 * when a target lists nothing of the stack, which an empty target and a broken listing have in common.
 */
export async function readKnownClients(store: Store, stack: string): Promise<number | undefined> {
  const { value } = await store.readRecord(ledgerName(stack));
  return schema.safeParse(value).data?.clients;
}

/** Notes how many clients the stack has after an apply, where that number changed. */
export async function noteClients(
  store: Store,
  plan: Plan,
  applied: { readonly results: readonly ChangeResult[] },
  { actual, only }: PlanInput,
): Promise<void> {
  const done = applied.results.filter(({ address, outcome }) => outcome === 'done' && isKind(address, 'Client'));
  const gained = done.filter(({ op }) => op === 'create' || op === 'adopt').length;
  const lost = done.filter(({ op }) => op === 'delete').length;
  if (gained === lost) return;
  const owned = actual.objects.filter((object) => isOurs(object) && isKind(object.address, 'Client'));
  const { value, version } = await store.readRecord(ledgerName(plan.stack));
  // A survey of a few objects cannot count: there the note itself goes on.
  const noted = schema.safeParse(value).data?.clients;
  const had = only === undefined ? owned.length : (noted ?? owned.length);
  await store.writeRecord(ledgerName(plan.stack), { ...value, clients: Math.max(0, had + gained - lost) }, version);
}

/** Takes along what a stack has noted in the store before, unless it has notes here already. Nothing is taken away there. */
export async function takeOverLedger(store: Store, formerStore: Store | undefined, stack: string): Promise<void> {
  if (formerStore === undefined) return;
  const { value, version } = await store.readRecord(ledgerName(stack));
  if (value !== undefined) return;
  const before = (await formerStore.readRecord(ledgerName(stack))).value;
  if (before !== undefined) await store.writeRecord(ledgerName(stack), before, version);
}

/** Which apply was the last that changed something here, or began to; null where none is known. */
export async function readLastApply(store: Store, stack: string): Promise<string | null> {
  const { value } = await store.readRecord(ledgerName(stack));
  return lastApply.safeParse(value).data?.lastApply ?? null;
}

/** Notes an apply before its first change, so that whatever a crash leaves of it is known to have begun. */
export async function noteApply(store: Store, stack: string, id: string): Promise<void> {
  const { value, version } = await store.readRecord(ledgerName(stack));
  if (lastApply.safeParse(value).data?.lastApply === id) return;
  await store.writeRecord(ledgerName(stack), { ...value, lastApply: id }, version);
}
