import { ofKind } from '../model/values/of-kind.ts';
import type { BackendSettings } from '../model/target.ts';
import type { StoreDescription, StoreOpener } from './description.ts';

/** How output names a store as a whole; known before it is opened. */
export function describeStore(stores: readonly StoreDescription[], settings: BackendSettings): string {
  return ofKind(stores, settings.kind).describe(settings);
}

/** Opens stores of every registered kind, for one run. */
export function makeStoreOpener(stores: readonly StoreDescription[]): StoreOpener {
  const openers = stores.map((store) => ({ kind: store.kind, ...store.opener() }));
  return { open: async (settings, ports, options) => ofKind(openers, settings.kind).open(settings, ports, options) };
}
