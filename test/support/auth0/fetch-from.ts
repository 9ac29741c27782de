/** `fetch` that finds the emulator where a tenant's domain is asked for. */
import type { Auth0Emulator } from '../../../demo/auth0/emulator/emulator.ts';

export function fetchFrom({ domain, url }: Pick<Auth0Emulator, 'domain' | 'url'>): typeof globalThis.fetch {
  const origin = `https://${domain}/`;
  return (input, init) => {
    const asked = input instanceof Request ? input.url : String(input);
    if (!asked.startsWith(origin)) throw new TypeError(`a request for ${asked} is none for the tenant ${domain}`);
    const there = `${url}/${asked.slice(origin.length)}`;
    return globalThis.fetch(input instanceof Request ? new Request(there, input) : there, init);
  };
}
