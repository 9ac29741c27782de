import pLimit from 'p-limit';
import { GrantryError } from '../model/errors.ts';
import { addressOf } from '../model/address.ts';
import type { ClientProof } from '../model/report.ts';
import type { Endpoints } from '../model/state.ts';
import type { HttpPorts } from '../platform/ports.ts';
import type { Store, StoredDocument } from '../stores/store.ts';
import type { Expectation } from './expectation.ts';
import { proveClient } from './prove.ts';
import { TokenClient } from './token-client.ts';

export interface ProveOptions {
  readonly inFlight: number;
  /** Asked before each client: true begins no more. */
  readonly stopped: () => boolean;
  readonly onProof: (proof: ClientProof) => void;
}

/**
 * Proves clients, several at a time. A client whose proof cannot be made because a server failed counts as not proven;
 * the others go on.
 */
export async function proveAll(
  expectations: readonly Expectation[],
  endpoints: Endpoints,
  store: Store,
  ports: HttpPorts,
  options: ProveOptions,
): Promise<ClientProof[]> {
  const tokens = new TokenClient(endpoints, ports);
  const proofPorts = { store: readingOnce(store, expectations), tokens, clock: ports.clock };
  const limit = pLimit(options.inFlight);
  const proofs = await Promise.all(
    expectations.map((expected) =>
      limit(async () => {
        if (options.stopped()) return [];
        const proof = await proveClient(expected, proofPorts).catch((error: unknown) =>
          brokenProof(expected, store.locate(expected.path), error),
        );
        options.onProof(proof);
        return [proof];
      }),
    ),
  );
  return proofs.flat();
}

/** Credentials of introspecting clients serve many proofs: each is read once. */
function readingOnce(store: Store, expectations: readonly Expectation[]): Pick<Store, 'read' | 'locate'> {
  const shared = new Set(expectations.flatMap(({ introspectors }) => introspectors.map(({ path }) => path)));
  const reads = new Map<string, Promise<StoredDocument | undefined>>();
  return {
    locate: (path) => store.locate(path),
    read: (path) => {
      if (!shared.has(path)) return store.read(path);
      const read = reads.get(path) ?? store.read(path);
      reads.set(path, read);
      return read;
    },
  };
}

function brokenProof(expected: Expectation, place: string, error: unknown): ClientProof {
  // Of an error that is not ours only its name is told: the message may quote a token.
  const detail =
    error instanceof GrantryError ? error.message : `an answer that cannot be understood (${nameOfError(error)})`;
  return {
    address: addressOf('Client', expected.client),
    place,
    storeVersion: undefined,
    checks: [{ claim: 'the proof can be made', outcome: 'failed', detail }],
    duration: 0,
  };
}

function nameOfError(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
