import pLimit from 'p-limit';
import { GrantryError } from '../../model/errors.ts';
import { addressOf } from '../../model/address.ts';
import type { ClientProof } from '../../model/report.ts';
import type { Endpoints } from '../../model/state.ts';
import type { HttpPorts } from '../../platform/ports.ts';
import type { Store, StoredDocument } from '../../stores/store.ts';
import type { Expectation } from './expectation.ts';
import { proveClient } from './prove.ts';
import type { WorkloadPorts } from './prove-workload.ts';
import { TokenClient } from './token-client.ts';

export interface ProveOptions {
  readonly inFlight: number;
  /** Asked before each client: true begins no more. */
  readonly stopped: () => boolean;
  readonly onProof: (proof: ClientProof) => void;
  /** For clients that no credential is kept of. */
  readonly workload?: WorkloadPorts;
}

/** What was proven, and what kept the rest from being proven. */
export interface Proofs {
  readonly proofs: readonly ClientProof[];
  /** A server that could not be reached or did not let us in: it says nothing of the clients. */
  readonly outage: GrantryError | undefined;
}

/**
 * Proves clients, several at a time. A client whose proof cannot be made counts as not proven, and the others go on;
 * once a server as a whole fails no more are begun, and those that are left count as not proven too.
 */
export async function proveAll(
  expectations: readonly Expectation[],
  endpoints: Endpoints,
  store: Pick<Store, 'read' | 'locate'>,
  ports: HttpPorts,
  options: ProveOptions,
): Promise<Proofs> {
  const tokens = new TokenClient(endpoints, ports);
  const proofPorts = {
    store: readingOnce(store, expectations),
    tokens,
    clock: ports.clock,
    workload: options.workload,
  };
  const limit = pLimit(options.inFlight);
  let outage: GrantryError | undefined;
  const prove = async (expected: Expectation): Promise<ClientProof> => {
    const place = store.locate(expected.path);
    if (outage !== undefined) return brokenProof(expected, place, outage);
    return proveClient(expected, proofPorts).catch((error: unknown) => {
      if (isOutage(error)) outage ??= error;
      return brokenProof(expected, place, error);
    });
  };
  const proofs = await Promise.all(
    expectations.map((expected) =>
      limit(async () => {
        if (options.stopped()) return [];
        const proof = await prove(expected);
        options.onProof(proof);
        return [proof];
      }),
    ),
  );
  return { proofs: proofs.flat(), outage };
}

function isOutage(error: unknown): error is GrantryError {
  return error instanceof GrantryError && (error.code === 'UNREACHABLE' || error.code === 'NOT_ALLOWED');
}

/** Credentials of introspecting clients serve many proofs: each is read once. */
function readingOnce(
  store: Pick<Store, 'read' | 'locate'>,
  expectations: readonly Expectation[],
): Pick<Store, 'read' | 'locate'> {
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
  // Of an error that is not ours only its name is shown: the message may quote a token.
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
