import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { isProxyInstalled } from './proxy.ts';
import { limitFetch, sendByFetch, sendByNode } from './send.ts';
import type { Send } from './send.ts';

/** What the code that talks to servers needs of the outside. */
export interface HttpPorts {
  /** For requests of our own. */
  readonly send: Send;
  /** For libraries that take one. */
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** Like Math.random: at least 0, below 1. */
  readonly random: () => number;
  /** Aborts every request and every wait. */
  readonly signal?: AbortSignal;
  /** Asked before every attempt of a request, retries too; throws a GrantryError when none may be sent any more. */
  readonly beforeSend?: () => void;
  /** Told of every request that is sent in another way than these two; and then whether it was answered. */
  readonly onRequest?: (url: string) => (answered: boolean) => void;
  /** Told of every request that changed something at a server, or may have: its answer may have been lost. */
  readonly onWrite?: () => void;
}

/** HttpPorts and the process environment. */
export interface Ports extends HttpPorts {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** For what several share, so that it is not refused because one of them must send nothing any more. */
export function withoutGate<P extends HttpPorts>({
  beforeSend: _beforeSend,
  onWrite: _onWrite,
  ...ports
}: P): Omit<P, 'beforeSend' | 'onWrite'> {
  return ports;
}

/** Looked up at every call, so that a dispatcher or a test double installed later is used. */
const globalFetch: typeof globalThis.fetch = (input, init) => globalThis.fetch(input, init);
const sendByGlobalFetch = sendByFetch(globalFetch);

let limitedFetch: typeof globalThis.fetch | undefined;

/** For libraries too that take no other than the global one, as Keycloak's admin client. */
function limitGlobalFetch(): void {
  if (globalThis.fetch === limitedFetch) return;
  limitedFetch = limitFetch(globalThis.fetch);
  globalThis.fetch = limitedFetch;
}

/** The real outside. */
export function systemPorts(signal?: AbortSignal): Ports {
  limitGlobalFetch();
  return {
    send: (url, message) => (isProxyInstalled() ? sendByGlobalFetch : sendByNode)(url, message),
    fetch: globalFetch,
    clock: systemClock,
    random: Math.random,
    env: process.env,
    ...(signal === undefined ? {} : { signal }),
  };
}
