import type { Provider } from '../../providers/provider.ts';
import { checksOf } from '../../stores/checks.ts';
import type { Store } from '../../stores/store.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/** What is called around every write: `before` may throw, and then nothing is written. */
export interface WriteHooks {
  readonly before?: () => void;
  readonly after: () => void;
}

/**
 * The same provider and store, with a say before and after every write: what a run wrote decides how it may end,
 * and the holder of a lock must still hold it when it writes.
 */
export function trackWrites({ provider, store, formerStore }: TargetPorts, hooks: WriteHooks): TargetPorts {
  const former = formerStore === undefined ? {} : { formerStore: trackStore(formerStore, hooks) };
  return { provider: trackProvider(provider, hooks), store: trackStore(store, hooks), ...former };
}

function tracked<A extends unknown[], R>(
  hooks: WriteHooks,
  write: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    hooks.before?.();
    const result = await write(...args);
    hooks.after();
    return result;
  };
}

function trackProvider(provider: Provider, hooks: WriteHooks): Provider {
  const { secrets, keys, federation } = provider;
  return {
    capabilities: provider.capabilities,
    tokens: provider.tokens,
    words: provider.words,
    describe: () => provider.describe(),
    server: () => provider.server(),
    project: (desired) => provider.project(desired),
    read: (desired, options) => provider.read(desired, options),
    endpoints: () => provider.endpoints(),
    findClient: (key) => provider.findClient(key),
    whyTaken: (clientId) => provider.whyTaken(clientId),
    answers: () => provider.answers(),
    explainDifference: (paths) => provider.explainDifference(paths),
    readGrants: (desired, names) => provider.readGrants(desired, names),
    addApiScopes: tracked(hooks, (change) => provider.addApiScopes(change)),
    removeApiScopes: tracked(hooks, (change) => provider.removeApiScopes(change)),
    createClient: tracked(hooks, (client) => provider.createClient(client)),
    updateClient: tracked(hooks, (change) => provider.updateClient(change)),
    deleteClient: tracked(hooks, (change) => provider.deleteClient(change)),
    markDelivered: tracked(hooks, (id, delivery) => provider.markDelivered(id, delivery)),
    changeOverlap: tracked(hooks, (change) => provider.changeOverlap(change)),
    ...(provider.revokeTokens === undefined
      ? {}
      : { revokeTokens: tracked(hooks, async (id, before) => provider.revokeTokens?.(id, before)) }),
    ...(federation === undefined
      ? {}
      : {
          federation: {
            changeIssuer: tracked(hooks, (change) => federation.changeIssuer(change)),
            readIdentity: (id) => federation.readIdentity(id),
            evaluate: (clientId, parameters) => federation.evaluate(clientId, parameters),
          },
        }),
    ...(secrets === undefined
      ? {}
      : {
          secrets: {
            read: (id) => secrets.read(id),
            regenerate: tracked(hooks, (id) => secrets.regenerate(id)),
            set: tracked(hooks, (id, chosen) => secrets.set(id, chosen)),
            endOverlap: tracked(hooks, (id) => secrets.endOverlap(id)),
          },
        }),
    ...(keys === undefined
      ? {}
      : {
          keys: {
            now: () => keys.now(),
            read: (id) => keys.read(id),
            add: tracked(hooks, (id, key) => keys.add(id, key)),
            keepNewest: tracked(hooks, (id) => keys.keepNewest(id)),
          },
        }),
  };
}

function trackStore(store: Store, hooks: WriteHooks): Store {
  return {
    ...checksOf(store),
    capabilities: store.capabilities,
    locate: (path) => store.locate(path),
    describe: () => store.describe(),
    existing: (paths, options) => store.existing(paths, options),
    limits: () => store.limits(),
    inspect: (path) => store.inspect(path),
    read: (path) => store.read(path),
    mark: tracked(hooks, (path, mark, options) => store.mark(path, mark, options)),
    write: tracked(hooks, (path, document, expected) => store.write(path, document, expected)),
    purge: tracked(hooks, (path) => store.purge(path)),
    locateRecord: (name) => store.locateRecord(name),
    readRecord: (name) => store.readRecord(name),
    // Of a ledger, say. The lock itself is written to the store underneath: it is no part of what it protects.
    writeRecord: tracked(hooks, (name, value, expected) => store.writeRecord(name, value, expected)),
  };
}
