import { GrantryError } from '../src/model/errors.ts';
import type { Ports } from '../src/platform/ports.ts';

export interface Waiting {
  /** As messages name it: `Keycloak`. */
  readonly title: string;
  /** Answers with a success once the server is ready. */
  readonly url: string;
  /** Why it will never be ready, such as a container that ended; undefined as long as it may. */
  readonly whyNot: () => Promise<string | undefined>;
}

const POLL_MS = 250;
const LOOK_EVERY_MS = 3_000;
/** A busy machine with two cores needs several minutes for a Keycloak. */
const LIMIT_MS = 600_000;

/** Waits until a server is ready. Throws FAILED when it ends before that, or takes too long. */
export async function waitUntilReady({ title, url, whyNot }: Waiting, { fetch, clock, signal }: Ports): Promise<void> {
  const begun = clock.now();
  let looked = begun;
  while (!(await answers(url, fetch, signal))) {
    const now = clock.now();
    if (now - looked > LOOK_EVERY_MS) {
      const reason = await whyNot();
      if (reason !== undefined) throw new GrantryError('FAILED', `${title} does not start: ${reason}`);
      looked = now;
    }
    if (now - begun > LIMIT_MS) {
      throw new GrantryError('FAILED', `${title} is not ready after ${LIMIT_MS / 60_000} minutes`);
    }
    await clock.sleep(POLL_MS, signal);
  }
}

async function answers(url: string, fetch: Ports['fetch'], stopped: AbortSignal | undefined): Promise<boolean> {
  try {
    const limit = AbortSignal.timeout(5_000);
    const response = await fetch(url, { signal: stopped === undefined ? limit : AbortSignal.any([limit, stopped]) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    stopped?.throwIfAborted();
    return false;
  }
}
