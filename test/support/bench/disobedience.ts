/** Servers that say 'done' of writes that they did in part, or not at all. */
import fc from 'fast-check';
import type { MemoryProvider } from '../../../src/providers/memory/index.ts';
import type { Disobedience, MemoryObject } from '../../../src/providers/memory/objects.ts';
import type { MemoryStore } from '../../../src/stores/memory/index.ts';
import type { Store } from '../../../src/stores/store.ts';

/** One write that is not done as it was asked for. */
export interface Lapse {
  /** Which write, counted from 0 over both servers. */
  readonly at: number;
  /** Which of its fields stays as it was; undefined: all of it. */
  readonly field: number | undefined;
}

export const lapses: fc.Arbitrary<readonly Lapse[]> = fc.array(
  fc.record({ at: fc.nat(60), field: fc.option(fc.nat(12), { nil: undefined }) }),
  { minLength: 1, maxLength: 3 },
);

/** Has the provider and the store lapse; `obey` ends that. */
export class Disobedient {
  readonly store: Store;
  /** Whether anything was not done as it was asked for. */
  lapsed = false;
  #writes = 0;
  #lapses: readonly Lapse[] = [];

  constructor(provider: MemoryProvider, store: MemoryStore) {
    provider.disobedience = this.#objects();
    this.store = this.#around(store);
  }

  begin(lapses: readonly Lapse[]): void {
    this.#writes = 0;
    this.#lapses = lapses;
    this.lapsed = false;
  }

  obey(): void {
    this.#lapses = [];
  }

  /** The lapse of this write; undefined: it is done. */
  #next(): Lapse | undefined {
    const at = this.#writes;
    this.#writes += 1;
    return this.#lapses.find((lapse) => lapse.at === at);
  }

  /** What becomes of a value that is written over another one; `isOne`: it has no fields that could be lost alone. */
  #written<T>(before: T | undefined, after: T, isOne = false): T | undefined {
    const lapse = this.#next();
    if (lapse === undefined) return after;
    const kept = isOne || lapse.field === undefined ? before : keepOne(before, after, lapse.field);
    if (!isSame(kept, after)) this.lapsed = true;
    return kept;
  }

  #objects(): Disobedience {
    return {
      made: (object) => {
        // Made it is in any case: that there is none at all a server would have to say.
        const lapse = this.#next();
        const fields = lapse === undefined ? object.fields : keepOne({}, object.fields, lapse.field ?? 0);
        if (fields !== object.fields) this.lapsed = true;
        return this.#watched({ ...object, fields });
      },
      keeps: () => {
        const keeps = this.#next() !== undefined;
        if (keeps) this.lapsed = true;
        return keeps;
      },
    };
  }

  #watched(object: MemoryObject): MemoryObject {
    return new Proxy(object, {
      set: (target, key, value: unknown) => {
        // A client has some secret in any case: where its own is dropped, the server makes one.
        const before: unknown =
          Reflect.get(target, key) ?? (key === 'secret' ? `made by the server ${this.#writes}` : undefined);
        const kept = this.#written(before, value, key === 'previous');
        return kept === undefined ? Reflect.deleteProperty(target, key) : Reflect.set(target, key, kept);
      },
      deleteProperty: (target, key) => {
        if (!Object.hasOwn(target, key)) return true;
        if (this.#next() === undefined) return Reflect.deleteProperty(target, key);
        this.lapsed = true;
        return true;
      },
    });
  }

  #around(store: MemoryStore): Store {
    const around: Pick<Store, 'mark' | 'write' | 'purge' | 'writeRecord'> = {
      mark: async (path, mark) => {
        const lapse = this.#next();
        const before = store.peek(path)?.pairs ?? {};
        if (lapse === undefined || lapse.field !== undefined) await store.mark(path, mark);
        const after = store.peek(path)?.pairs ?? {};
        if (lapse?.field !== undefined) store.replacePairs(path, keepOne(before, after, lapse.field));
        if (lapse !== undefined) this.lapsed = true;
      },
      write: async (path, document, expected) => {
        const lapse = this.#next();
        if (lapse === undefined) return store.write(path, document, expected);
        this.lapsed = true;
        if (lapse.field === undefined) return expected + 1;
        const { facts, payload } = document;
        const keys = [...Object.keys(facts), ...Object.keys(payload)];
        const gone = keys[lapse.field % keys.length] ?? '';
        const without = <T>(values: Readonly<Record<string, T>>): Record<string, T> =>
          Object.fromEntries(Object.entries(values).filter(([key]) => key !== gone));
        return store.write(path, { ...document, facts: without(facts), payload: without(payload) }, expected);
      },
      purge: async (path) => {
        if (this.#next() === undefined) await store.purge(path);
        else this.lapsed = true;
      },
      writeRecord: async (name, value, expected) => {
        const { value: before, now } = await store.readRecord(name);
        const kept = this.#written(before, value);
        if (kept === undefined) return { version: expected + 1, now };
        return store.writeRecord(name, kept, expected);
      },
    };
    return new Proxy(store, {
      get: (target, key) => {
        const value: unknown = Object.hasOwn(around, key) ? Reflect.get(around, key) : Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

/** What is written, with one of the fields that it changes as it was. */
function keepOne<T>(before: unknown, after: T, field: number): T {
  const old = isRecord(before) ? before : {};
  // Of what has no fields all stays as it was.
  if (!isRecord(after)) return (isRecord(before) ? after : before) as T; // oxlint-disable-line typescript/no-unsafe-type-assertion -- both were written to the same place
  const keys = [...new Set([...Object.keys(old), ...Object.keys(after)])].filter(
    (key) => !isSame(old[key], after[key]),
  );
  const key = keys[field % Math.max(1, keys.length)];
  if (key === undefined) return after;
  const { [key]: _gone, ...rest } = after;
  const kept = { ...rest, ...(old[key] === undefined ? {} : { [key]: old[key] }) };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is what a server makes of it, whatever its type says
  return kept as T;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
