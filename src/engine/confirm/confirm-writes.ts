import type { TargetPorts } from '../survey/survey-target.ts';
import { confirmProvider } from './confirm-provider.ts';
import { confirmStore } from './confirm-store.ts';

/** The same provider and store, whose writes fail where they are not there when they are read back. */
export function confirmWrites<Ports extends TargetPorts>(ports: Ports): Ports {
  return { ...ports, provider: confirmProvider(ports.provider), store: confirmStore(ports.store) };
}
