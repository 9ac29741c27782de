import type { TargetPorts } from '../survey/survey-target.ts';
import { confirmProvider } from './confirm-provider.ts';
import { confirmStore } from './confirm-store.ts';

/** The same provider and stores, whose writes fail where they are not there when they are read back. */
export function confirmWrites<Ports extends TargetPorts>(ports: Ports): Ports {
  const { provider, store, formerStore } = ports;
  const former = formerStore === undefined ? {} : { formerStore: confirmStore(formerStore) };
  return { ...ports, provider: confirmProvider(provider), store: confirmStore(store), ...former };
}
