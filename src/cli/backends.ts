import type { FieldWords } from '../model/field-words.ts';
import { makeFieldWords } from '../providers/common-fields.ts';
import type { ProviderDescription } from '../providers/description.ts';
import { PROVIDERS } from '../providers/registry.ts';
import type { StoreDescription } from '../stores/description.ts';
import { STORES } from '../stores/registry.ts';

/** The providers and stores that a run knows. */
export interface RegisteredBackends {
  readonly providers: readonly ProviderDescription[];
  readonly stores: readonly StoreDescription[];
}

/** What their fields are to a reviewer. */
export function fieldWordsOf({ providers }: RegisteredBackends): FieldWords {
  return makeFieldWords(providers);
}

/** Those of grantry. */
export const BACKENDS: RegisteredBackends = { providers: PROVIDERS, stores: STORES };

/** Those of a run. */
export function backendsOf({
  backends = BACKENDS,
}: {
  readonly backends?: RegisteredBackends | undefined;
}): RegisteredBackends {
  return backends;
}
