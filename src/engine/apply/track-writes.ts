import type { Provider } from '../../providers/provider.ts';
import type { Store } from '../../stores/store.ts';
import type { TargetPorts } from '../survey/survey-target.ts';

/**
 * The same provider and store, with a say before and after every write: what a run wrote decides how it may end,
 * and whoever holds a lock must still hold it when he writes.
 */
export function trackWrites(
  { provider, store }: TargetPorts,
  hooks: { readonly before?: () => void; readonly after: () => void },
): TargetPorts {
  const tracked =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      hooks.before?.();
      const result = await write(...args);
      hooks.after();
      return result;
    };
  const { secrets } = provider;
  const trackedProvider: Provider = {
    capabilities: provider.capabilities,
    describe: () => provider.describe(),
    project: (desired) => provider.project(desired),
    read: (desired, options) => provider.read(desired, options),
    endpoints: () => provider.endpoints(),
    findClient: (key) => provider.findClient(key),
    whyTaken: (clientId) => provider.whyTaken(clientId),
    answers: () => provider.answers(),
    explainDifference: (paths) => provider.explainDifference(paths),
    readGrants: (desired, names) => provider.readGrants(desired, names),
    addApiScopes: tracked((change) => provider.addApiScopes(change)),
    removeApiScopes: tracked((change) => provider.removeApiScopes(change)),
    createClient: tracked((client) => provider.createClient(client)),
    updateClient: tracked((change) => provider.updateClient(change)),
    deleteClient: tracked((change) => provider.deleteClient(change)),
    markDelivered: tracked((id, delivery) => provider.markDelivered(id, delivery)),
    changeOverlap: tracked((change) => provider.changeOverlap(change)),
    ...(secrets === undefined
      ? {}
      : {
          secrets: {
            read: (id) => secrets.read(id),
            regenerate: tracked((id) => secrets.regenerate(id)),
            set: tracked((id, chosen) => secrets.set(id, chosen)),
            endOverlap: tracked((id) => secrets.endOverlap(id)),
          },
        }),
  };
  const trackedStore: Store = {
    locate: (path) => store.locate(path),
    describe: () => store.describe(),
    existing: (paths, options) => store.existing(paths, options),
    limits: () => store.limits(),
    inspect: (path) => store.inspect(path),
    read: (path) => store.read(path),
    mark: tracked((path, mark, options) => store.mark(path, mark, options)),
    write: tracked((path, document, expected) => store.write(path, document, expected)),
    purge: tracked((path) => store.purge(path)),
    locateRecord: (name) => store.locateRecord(name),
    readRecord: (name) => store.readRecord(name),
    // Of a ledger, say. The lock itself is written to the store underneath: it is no part of what it protects.
    writeRecord: tracked((name, value, expected) => store.writeRecord(name, value, expected)),
  };
  return { provider: trackedProvider, store: trackedStore };
}
