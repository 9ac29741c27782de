import { ofKind } from '../model/values/of-kind.ts';
import type { BackendSettings } from '../model/target.ts';
import type { ProviderDescription, ProviderOpener } from './description.ts';

/** How output names a provider; known before it is opened. */
export function describeProvider(providers: readonly ProviderDescription[], settings: BackendSettings): string {
  return ofKind(providers, settings.kind).describe(settings);
}

/** Opens providers of every registered kind, for one run. */
export function makeProviderOpener(providers: readonly ProviderDescription[]): ProviderOpener {
  const openers = providers.map((provider) => ({ kind: provider.kind, ...provider.opener() }));
  return { open: async (settings, ports) => ofKind(openers, settings.kind).open(settings, ports) };
}
