import { commandOf, productOf } from '../product.ts';
import type { VaultSettings } from '../settings.ts';

/** Where a command is run: a server, and a namespace of it. */
export type CommandPlace = Pick<VaultSettings, 'kind' | 'address' | 'namespace'>;

/** A command line of the product, ready to be run. */
export function command(place: CommandPlace, rest: string): string {
  const variable = productOf(place).addressVariable.replace('ADDR', 'NAMESPACE');
  return `${place.namespace === undefined ? '' : `${variable}=${place.namespace} `}${commandOf(place, rest)}`;
}
