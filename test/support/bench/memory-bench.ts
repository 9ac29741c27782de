/** Everything between a desired state and a report, on a provider and a store in memory. */
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import type { Applied } from '../../../src/engine/apply/apply-plan.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import { trackWrites } from '../../../src/engine/apply/track-writes.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import type { Plan } from '../../../src/model/plan.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { MemoryProvider } from '../../../src/providers/memory/index.ts';
import { MemoryStore } from '../../../src/stores/memory/index.ts';

/** Thrown in place of a write, or right after it took effect, as a process that dies there would end. */
export class Crash extends Error {}

interface BenchParts {
  readonly provider?: MemoryProvider;
  readonly store?: MemoryStore;
  readonly formerStore?: MemoryStore;
}

export class MemoryBench {
  readonly provider: MemoryProvider;
  readonly store: MemoryStore;
  /** The store before, which is to be left. */
  readonly formerStore?: MemoryStore;
  /** Milliseconds since the epoch: a second passes whenever a run looks. */
  now = 1_700_000_000_000;

  constructor(
    capabilities: Partial<Capabilities> = {},
    { provider = new MemoryProvider(capabilities), store = new MemoryStore(), formerStore }: BenchParts = {},
  ) {
    this.provider = provider;
    this.store = store;
    if (formerStore !== undefined) this.formerStore = formerStore;
  }

  /** The same provider with another store; `leaving`: what lies in this one is to be retired. */
  moveTo(name: string, { leaving }: { readonly leaving: boolean }): MemoryBench {
    const parts = { provider: this.provider, store: new MemoryStore(Date.now, name) };
    const moved = new MemoryBench({}, leaving ? { ...parts, formerStore: this.store } : parts);
    moved.now = this.now;
    return moved;
  }

  async plan(desired: DesiredState): Promise<Plan> {
    return buildPlan(await surveyTarget(desired, this));
  }

  async apply(desired: DesiredState): Promise<Applied> {
    return this.carryOut(await this.plan(desired));
  }

  /** Carries a plan out; with `crashAfter` nothing takes effect once so many writes did. */
  async carryOut(plan: Plan, crashAfter = Number.POSITIVE_INFINITY): Promise<Applied> {
    let writes = 0;
    const before = (): void => {
      if (writes >= crashAfter) throw new Crash('crashed');
    };
    const tracked = trackWrites(this, { before, after: () => void (writes += 1) });
    const clock = { now: () => (this.now += 1000), sleep: async () => undefined };
    const options = {
      inFlight: 3,
      stopped: () => false,
      onResult: () => undefined,
      finishRotation: async () => undefined,
    };
    return applyPlan(plan, { ...tracked, clock }, options);
  }
}
