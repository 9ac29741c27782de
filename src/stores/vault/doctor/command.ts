import { shellWord } from '../../../model/text/shell-word.ts';
import { commandOf, productOf } from '../product.ts';
import type { VaultSettings } from '../settings.ts';

/** Where a command is run: a server, and a namespace of it. */
export type CommandPlace = Pick<VaultSettings, 'kind' | 'address' | 'namespace'>;

/** A command line of the product, ready to be run: each word is one for the shell, too. */
export function command(place: CommandPlace, ...words: readonly string[]): string {
  const variable = productOf(place).addressVariable.replace('ADDR', 'NAMESPACE');
  const namespace = place.namespace === undefined ? '' : `${variable}=${shellWord(place.namespace)} `;
  return `${namespace}${commandOf(place, ...words)}`;
}
