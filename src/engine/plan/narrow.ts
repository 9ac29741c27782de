import { addressOf } from '../../model/address.ts';
import type { Address } from '../../model/address.ts';
import { overlapName } from '../../model/rotation.ts';
import type { DesiredState } from '../../model/desired.ts';

/**
 * The part of a desired state that these addresses follow from: the objects themselves, the Apis that the clients among
 * them may call, and the clients with which those Apis introspect. What else the manifests say does not matter to them.
 */
export function narrowDesired(desired: DesiredState, addresses: ReadonlySet<Address>): DesiredState {
  const clients = desired.clients.filter(({ name }) => addresses.has(addressOf('Client', name)));
  const callable = new Set(clients.flatMap(({ access }) => access.map(({ api }) => api)));
  // Apis of other stacks leave no mark that says whose a scope is: without them access that goes has no name.
  const apis = desired.apis.filter(
    ({ name, managed }) => callable.has(name) || !managed || addresses.has(addressOf('Api', name)),
  );
  const introspectors = new Set(apis.flatMap(({ introspectedBy }) => introspectedBy ?? []));
  const chosen = new Set(clients.map(({ name }) => name));
  return {
    target: desired.target,
    apis,
    clients: desired.clients.filter(({ name }) => chosen.has(name) || introspectors.has(name)),
    overlaps: desired.overlaps.filter((seconds) => addresses.has(addressOf('Rotation', overlapName(seconds)))),
  };
}
