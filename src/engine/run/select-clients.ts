import { findNearest } from '../../manifest/suggest.ts';
import type { DesiredState } from '../../model/desired.ts';
import { GrantryError } from '../../model/errors.ts';

/** The names of clients, given as `order-service` or `Client/order-service`. Throws INVALID_INPUT for one that is none. */
export function selectClients(desired: DesiredState, args: readonly string[]): ReadonlySet<string> {
  const known = desired.clients.map(({ name }) => name);
  const names = args.map((name) => name.replace(/^Client\//, ''));
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const nearest = findNearest(unknown, known);
    const question = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    throw new GrantryError('INVALID_INPUT', `target ${desired.target.name} has no client "${unknown}"${question}`, {
      hint: known.length > 20 ? `It has ${known.length} clients.` : `Clients: ${known.join(', ')}`,
    });
  }
  return new Set(names);
}
