import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { nameOf } from '../../model/address.ts';
import { GrantryError } from '../../model/errors.ts';
import type { JsonObject } from '../../model/values/json.ts';
import type { Change, UpdateChange } from '../../model/plan.ts';
import type { OwnedApis, Fields, OwnedApi } from '../../model/state.ts';
import type { WrittenApi } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import { ledgerName } from '../../stores/record.ts';

const schema = z.object({
  apis: z.record(
    z.string(),
    z.object({
      name: z.string(),
      owner: z.string(),
      origin: z.enum(['created', 'adopted']),
      id: z.string().nullable(),
      scopes: z.array(z.string()),
    }),
  ),
});

/** The Apis that the stack made or took over at a provider that has no place for a mark on them, by audience. */
export async function readOwnedApis(store: Store, stack: string): Promise<OwnedApis> {
  return parse((await store.readRecord(ledgerName(stack))).value, store.locateRecord(ledgerName(stack)));
}

/** A ledger that cannot be read is never taken for an empty one: what it holds would look like somebody else's. */
function parse(value: JsonObject | undefined, place: string): OwnedApis {
  if (value?.['apis'] === undefined) return {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data.apis;
  throw new GrantryError('FAILED', `${place} is not what grantry wrote there`, {
    hint: 'Restore an earlier version of it: it says which Apis belong to the stack.',
  });
}

/**
 * Notes in the ledger what becomes of an Api, around the change itself: before it is created, so that a lost answer leaves
 * nothing that looks foreign, and after it is gone. One entry is written at a time.
 */
export class ApiLedger {
  readonly #store: Store;
  readonly #stack: string;
  #queue: Promise<void> = Promise.resolve();

  constructor(store: Store, stack: string) {
    this.#store = store;
    this.#stack = stack;
  }

  /** Runs `write`, and gives the Api as it was read back. */
  async recordWrite(change: Change, write: () => Promise<WrittenApi>): Promise<Fields> {
    if (change.op !== 'create') {
      const { found } = await write();
      if (change.op === 'adopt') await this.#note(change, { origin: 'adopted', id: change.id });
      else if (change.op === 'update') await this.#renew(change);
      return found;
    }
    const before = await this.#note(change, { origin: 'created', id: null });
    const { id, found } = await write().catch(async (error: unknown) => {
      // After a refusal there is nothing of ours. Where the answer was lost, or not understood, there may be.
      if (error instanceof GrantryError && error.code !== 'UNREACHABLE') await this.#edit(change, () => before);
      throw error;
    });
    await this.#note(change, { origin: 'created', id: id ?? null });
    return found;
  }

  async recordDelete(change: Change): Promise<void> {
    await this.#edit(change, () => undefined);
  }

  /** Gives what was noted before. */
  async #note(change: Change, { origin, id }: Pick<OwnedApi, 'origin' | 'id'>): Promise<OwnedApi | undefined> {
    const { address, owner } = change;
    return this.#edit(change, () => ({ name: nameOf(address), owner, origin, id, scopes: scopesOf(change) }));
  }

  /** An Api may have got another name or owner, and one whose creation was never answered has its id by now. */
  async #renew(change: UpdateChange): Promise<void> {
    const { address, owner, id } = change;
    await this.#edit(change, (entry) =>
      entry === undefined ? undefined : { ...entry, name: nameOf(address), owner, id },
    );
  }

  #edit(change: Change, edit: (entry: OwnedApi | undefined) => OwnedApi | undefined): Promise<OwnedApi | undefined> {
    const turn = this.#queue.then(() => this.#write(audienceOf(change), edit));
    this.#queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #write(
    audience: string,
    edit: (entry: OwnedApi | undefined) => OwnedApi | undefined,
  ): Promise<OwnedApi | undefined> {
    const name = ledgerName(this.#stack);
    const { value, version } = await this.#store.readRecord(name);
    const { [audience]: before, ...others } = parse(value, this.#store.locateRecord(name));
    const entry = edit(before);
    if (isDeepStrictEqual(entry, before)) return before;
    const apis = entry === undefined ? others : { ...others, [audience]: entry };
    const plain = Object.fromEntries(
      Object.entries(apis).map(([key, owned]) => [key, { ...owned, scopes: [...owned.scopes] }]),
    );
    await this.#store.writeRecord(name, { ...value, apis: plain }, version);
    return before;
  }
}

function scopesOf(change: Change): string[] {
  const scopes = 'after' in change ? change.after['scopes'] : undefined;
  return typeof scopes === 'object' && scopes !== null ? Object.keys(scopes).toSorted() : [];
}

function audienceOf(change: Change): string {
  const fields = 'after' in change ? change.after : change.before;
  const { audience } = fields;
  if (typeof audience !== 'string') throw new TypeError(`${change.address} has no audience`);
  return audience;
}
