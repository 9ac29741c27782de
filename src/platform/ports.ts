import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import { makeFetch } from './fetch.ts';
import type { Fetch } from './fetch.ts';
import type { Environment } from './proxy.ts';

/** What the code that talks to servers needs of the outside. */
export interface HttpPorts {
  /** For `exchange`, through which requests go. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Like Math.random: at least 0, below 1. */
  readonly random: () => number;
  /** Aborts every request and every wait. */
  readonly signal?: AbortSignal;
  /** Asked before every attempt of a request, retries too; throws a GrantryError when none may be sent any more. */
  readonly beforeSend?: () => void;
  /** Called with every request that is sent; what it returns is called at its end, with whether there was an answer. */
  readonly onRequest?: (url: string) => (answered: boolean) => void;
  /** Called after every request that changed something at a server, or may have: its answer may have been lost. */
  readonly onWrite?: () => void;
}

/** HttpPorts and the process environment. */
export interface Ports extends HttpPorts {
  readonly env: Environment;
}

/** For what several share, so that it is not refused because one of them must send nothing any more. */
export function withoutWriteGuard<P extends HttpPorts>({
  beforeSend: _beforeSend,
  onWrite: _onWrite,
  ...ports
}: P): Omit<P, 'beforeSend' | 'onWrite'> {
  return ports;
}

/** The real outside. Throws where a proxy that the environment names is no URL. */
export function systemPorts(env: Environment = process.env, signal?: AbortSignal): Ports {
  return {
    fetch: makeFetch(env),
    clock: systemClock,
    random: Math.random,
    env,
    ...(signal === undefined ? {} : { signal }),
  };
}
