/** The outside, where all requests go through one function. */
import { systemPorts } from '../../src/platform/ports.ts';
import type { Ports } from '../../src/platform/ports.ts';
import { sendByFetch } from '../../src/platform/send.ts';

export function portsOver(fetch: typeof globalThis.fetch, rest: Partial<Ports> = {}): Ports {
  return { ...systemPorts(), fetch, send: sendByFetch(fetch), ...rest };
}
