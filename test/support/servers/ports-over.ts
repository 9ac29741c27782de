/** The outside, where all requests go through one function. */
import { systemPorts } from '../../../src/platform/ports.ts';
import type { Ports } from '../../../src/platform/ports.ts';

export function portsOver(fetch: Ports['fetch'], rest: Partial<Ports> = {}): Ports {
  return { ...systemPorts(), fetch, ...rest };
}
