import type { StoreInManifest } from '../manifest/backends.ts';
import type { BackendSettings } from '../model/target.ts';
import type { Ports } from '../platform/ports.ts';
import type { Store, StoreCapabilities } from './store.ts';

/** Opens the stores of one run. */
export interface StoreOpener<Settings extends BackendSettings = BackendSettings> {
  /** Logs in and checks that the store can be used. Only the code of that kind is loaded. */
  open(settings: Settings, ports: Ports, options?: OpenOptions): Promise<Store>;
}

export interface OpenOptions {
  /**
   * Opens the store also where its place is missing, or the login may not see that: `checks` has a finding for it then, beside
   * all others, with what mends it.
   */
  readonly forChecks?: boolean;
}

/**
 * Everything that the rest of grantry knows of a kind of store: one such object per folder of src/stores, and a line in
 * registry.ts. It is light: only `open` may load the store's own code.
 */
export interface StoreDescription<
  Spec = unknown,
  Settings extends BackendSettings = BackendSettings,
> extends StoreInManifest<Spec, Settings> {
  readonly capabilities: StoreCapabilities;
  /** How output names a store as a whole; known before it is opened. */
  describe(settings: Settings): string;
  /** For one run: stores that it opens with the same login share that. */
  opener(): StoreOpener<Settings>;
}

/**
 * A description whose types agree with each other. Registered, it is one of many kinds: `kind` separates their settings,
 * which is why only settings that it resolved itself may be handed back to it.
 */
export function defineStore<Spec, Settings extends BackendSettings>(
  description: StoreDescription<Spec, Settings>,
): StoreDescription {
  return description;
}
