import type { ProviderInManifest } from '../manifest/backends.ts';
import type { FieldDescription } from '../model/field-words.ts';
import type { BackendSettings } from '../model/target.ts';
import type { Ports } from '../platform/ports.ts';
import type { Capabilities, Provider } from './provider.ts';

/** Opens the providers of one run. */
export interface ProviderOpener<Settings extends BackendSettings = BackendSettings> {
  /** Nothing is sent before the first read or write. The SDK is loaded only now. */
  open(settings: Settings, ports: Ports): Promise<Provider>;
}

/**
 * Everything that the rest of grantry knows of a kind of provider: one such object per folder of src/providers, and a line
 * in registry.ts. It is light: only `open` may load the provider's own code.
 */
export interface ProviderDescription<
  Spec = unknown,
  Settings extends BackendSettings = BackendSettings,
  ClientSettings = unknown,
> extends ProviderInManifest<Spec, Settings, ClientSettings> {
  /** What it can do; of a server whose version is known, what that version can do. */
  capabilities(version?: string): Capabilities;
  /** Its fields beside those of all providers: what reviewers call them, and which differences widen access. */
  readonly fields: readonly FieldDescription[];
  /** How output names it; known before it is opened. */
  describe(settings: Settings): string;
  /** The server, and where its public URL is set. */
  server(settings: Settings): { readonly url: string; readonly publicUrlOption?: string };
  /** For one run: providers that it opens with the same login share that. */
  opener(): ProviderOpener<Settings>;
}

/**
 * A description whose types agree with each other. Registered, it is one of many kinds: their settings are separated by
 * `kind`, which is why only settings that it resolved itself may be handed back to it.
 */
export function defineProvider<Spec, Settings extends BackendSettings, ClientSettings>(
  description: ProviderDescription<Spec, Settings, ClientSettings>,
): ProviderDescription {
  return description;
}
