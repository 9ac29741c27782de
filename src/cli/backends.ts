import type { ProviderDescription } from '../providers/description.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { StoreDescription } from '../stores/description.ts';
import { STORES } from '../stores/registry.ts';

/** The providers and stores that a run knows. */
export interface RegisteredBackends {
  readonly providers: readonly ProviderDescription[];
  readonly stores: readonly StoreDescription[];
}

/** Those of grantry. */
export const BACKENDS: RegisteredBackends = { providers: PROVIDERS, stores: STORES };
