/** Rotations of clients in memory, on servers that fail at a chosen call. */
import type { RotationRun } from '../../../src/engine/rotation/run-rotations.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import type { TokenAnswer } from '../../../src/engine/proof/token-client.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import { GrantryError } from '../../../src/model/errors.ts';
import type { MemoryProvider } from '../../../src/providers/memory/index.ts';
import type { MemoryObject } from '../../../src/providers/memory/objects.ts';
import type { Login } from '../../../src/engine/places/stored-credential.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import type { Store } from '../../../src/stores/store.ts';
import { rotateOnce } from './rotate-once.ts';
import { Crash, MemoryBench } from './memory-bench.ts';

/** How a call fails: the process dies before or after it took effect, its answer is lost, or a server is gone from then on. */
export type FaultKind = 'crash-before' | 'crash-after' | 'answer-lost' | 'down';

export interface Fault {
  /** Counted from 0. */
  readonly call: number;
  readonly kind: FaultKind;
}

export class RotationBench extends MemoryBench {
  /** Of the last run. */
  calls = 0;
  #afterWrite: () => Promise<void> = async () => undefined;

  /** `look` is called after every call that took effect. */
  watch(look: () => Promise<void>): void {
    this.#afterWrite = look;
  }

  /** The clients at the provider, by client_id. */
  clients(): Map<string, MemoryObject> {
    return new Map(
      this.provider.objects.flatMap((object): [string, MemoryObject][] => {
        const { clientId } = object.fields;
        return object.kind === 'Client' && typeof clientId === 'string' ? [[clientId, object]] : [];
      }),
    );
  }

  /** One rotate command, with everything but the lock and the report. */
  async rotate(desired: DesiredState, request: RotationRequest, fault?: Fault): Promise<RotationRun> {
    const { provider, store } = this.#failing(fault);
    const sleep = async (ms: number): Promise<void> => {
      this.provider.now += Math.ceil(ms / 1000);
    };
    const clock = { now: () => this.provider.now * 1000, sleep };
    return rotateOnce(desired, { provider, store }, request, {
      now: this.provider.now,
      portsOf: () => ({
        provider,
        store,
        clock,
        stack: desired.target.stack,
        patience: 0,
        tokens: { request: async (login) => answerOf(this.provider, login) },
      }),
    });
  }

  #failing(fault: Fault | undefined): { provider: Provider; store: Store } {
    this.calls = 0;
    let isOver: Error | undefined;
    const call = async (work: () => Promise<unknown>): Promise<unknown> => {
      if (isOver !== undefined) throw isOver;
      const isHere = fault?.call === this.calls;
      this.calls += 1;
      if (!isHere) {
        const result = await work();
        await this.#afterWrite();
        return result;
      }
      const gone = new GrantryError('UNREACHABLE', 'memory is gone');
      if (fault.kind === 'crash-before' || fault.kind === 'down') {
        isOver = fault.kind === 'down' ? gone : new Crash('crashed');
        throw isOver;
      }
      await work();
      await this.#afterWrite();
      if (fault.kind === 'answer-lost') throw gone;
      isOver = new Crash('crashed');
      throw isOver;
    };
    return { provider: failing(this.provider, call), store: failing(this.store, call) };
  }
}

/** A token that says when it was issued, in Unix seconds, and nothing else. */
function tokenAt(iat: number): string {
  const parts = [{ alg: 'none' }, { iat, exp: iat + 300 }].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return `${parts.join('.')}.`;
}

/** What the token endpoint says to a login. */
export function answerOf(provider: MemoryProvider, { clientId, credential }: Login): TokenAnswer {
  const isAccepted =
    credential.kind === 'client-secret'
      ? provider.accepts(clientId, credential.secret.reveal())
      : credential.kind === 'private-key-jwt' && provider.acceptsKey(clientId, credential.keyId) !== undefined;
  return isAccepted
    ? { token: tokenAt(provider.now) }
    : { refused: { status: 401, error: 'unauthorized_client', why: '' } };
}

/** Names of methods that answer at once: nothing is asked of a server. */
const LOCAL = new Set(['locate', 'describe', 'project', 'locateRecord']);

function failing<T extends object>(server: T, call: (work: () => Promise<unknown>) => Promise<unknown>): T {
  return new Proxy(server, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if ((key === 'secrets' || key === 'keys') && typeof value === 'object' && value !== null)
        return failing(value, call);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      if (LOCAL.has(key)) return value.bind(target) as unknown;
      return async (...args: unknown[]) => call(async () => (await value.apply(target, args)) as unknown);
    },
  });
}
