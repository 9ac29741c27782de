/** Servers that say 'done' of what they did in part or not at all: no change is ever reported as done that is not there. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/engine/plan/build-plan.ts';
import { applyPlan } from '../../src/engine/apply/apply-plan.ts';
import { leafDifferences } from '../../src/engine/plan/field-changes.ts';
import { surveyTarget } from '../../src/engine/survey/survey-target.ts';
import { factsDigest } from '../../src/engine/survey/document-facts.ts';
import { nameOf } from '../../src/model/address.ts';
import type { DesiredState } from '../../src/model/desired.ts';
import type { Change, Plan } from '../../src/model/plan.ts';
import type { ChangeResult } from '../../src/model/report.ts';
import type { Capabilities } from '../../src/providers/provider.ts';
import type { MemoryObject } from '../../src/providers/memory/objects.ts';
import { Disobedient, lapses } from '../support/bench/disobedience.ts';
import { MemoryBench } from '../support/bench/memory-bench.ts';
import { desiredState } from '../support/bench/random-states.ts';
import { secretIn } from '../support/stored-secrets.ts';

const RUNS = { numRuns: Number(process.env['LAW_RUNS'] ?? 50) };
const KINDS: readonly Partial<Capabilities>[] = [
  { chosenSecret: true, secretOverlap: true },
  { chosenSecret: false },
  { chosenSecret: false, secretChangeVisible: false, apiMarks: false },
];

/** Where the ledger goes by an Api's audience, the audience of one that is there does not change. */
function withSameAudience(desired: DesiredState): DesiredState {
  return { ...desired, apis: desired.apis.map((api) => ({ ...api, audience: `https://${api.name}.test` })) };
}

class LapseBench extends MemoryBench {
  readonly servers = new Disobedient(this.provider, this.store);

  async planAll(desired: DesiredState): Promise<Plan> {
    return buildPlan(await surveyTarget(desired, this, { checkStore: true }));
  }

  async carry(plan: Plan): Promise<readonly ChangeResult[]> {
    const clock = { now: () => (this.now += 1000), sleep: async () => undefined };
    const how = { inFlight: 3, stopped: () => false, onResult: () => undefined, finishRotation: async () => undefined };
    const ports = { provider: this.provider, store: this.servers.store, clock };
    return (await applyPlan(plan, ports, how)).results;
  }

  objectOf({ address }: Change): MemoryObject | undefined {
    return this.provider.objects.find(({ kind, name, fields }) => {
      const own = typeof fields['name'] === 'string' ? fields['name'] : name;
      return kind === address.split('/')[0] && own === nameOf(address);
    });
  }

  /** What of a change that is said to be done is not so. */
  async missingOf(change: Change): Promise<string[]> {
    const object = this.objectOf(change);
    if (change.op === 'delete') return this.#leftOf(change, object);
    if (object === undefined) return ['the object'];
    const isAsPlanned = change.op === 'deliver' || leafDifferences(object.fields, change.after).length === 0;
    return [...(isAsPlanned ? [] : ['the fields']), ...(await this.#undelivered(change, object))];
  }

  async #leftOf(change: Extract<Change, { op: 'delete' }>, object: MemoryObject | undefined): Promise<string[]> {
    const { delivered } = change;
    const mark = delivered === undefined ? undefined : (await this.store.inspect(delivered.path))?.mark;
    const isInUse = mark?.client === nameOf(change.address) && mark.state !== 'retired';
    return [...(object?.id === change.id ? ['the delete'] : []), ...(isInUse ? ['the mark of the document'] : [])];
  }

  async #undelivered(change: Exclude<Change, { op: 'delete' }>, object: MemoryObject): Promise<string[]> {
    const { delivery } = change;
    if (delivery === undefined) return [];
    const { path, place, facts, client, clientId } = delivery;
    const stored = await this.store.read(path);
    const mark = (await this.store.inspect(path))?.mark;
    const { delivered, createdAt } = object;
    const at = this.provider.capabilities.secretChangeVisible ? (createdAt ?? null) : null;
    const isMarked =
      delivered?.place === place && delivered.at === at && delivered.facts === factsDigest({ client, clientId }, facts);
    const saysFacts = Object.entries(facts).every(([key, value]) => stored?.document.facts[key] === value);
    return [
      ...(secretIn(stored) === object.secret ? [] : ['the secret in the store']),
      ...(saysFacts ? [] : ['the facts in the store']),
      ...(mark?.client === client && mark.state === 'active' ? [] : ['the mark in the store']),
      ...(isMarked ? [] : ['the mark of the delivery']),
    ];
  }
}

/** What is not as it was written is named, or what a lapse before it left in the way. */
const SAYS_WHAT =
  /it is not so when it is read back: .+|when it is read back .+ is still there|of \S+ was written, and it is not there/;

/** The store holds exactly the secret that the provider has, for every client that the manifests declare. */
async function expectCredentials(bench: LapseBench, desired: DesiredState): Promise<void> {
  const clients = bench.provider.objects.filter(({ kind }) => kind === 'Client');
  for (const { clientId, credential } of desired.clients) {
    const object = clients.find(({ fields }) => fields['clientId'] === clientId);
    expect(secretIn(await bench.store.read(credential.path))).toBe(object?.secret);
  }
}

describe.each(KINDS)('servers that lapse, of a provider with %o', (capabilities) => {
  it('never have a change reported as done that is not there, and a later run repairs it or says what is in the way', async () => {
    await fc.assert(
      fc.asyncProperty(desiredState(), desiredState(), lapses, async (...given) => {
        const [first, second] = capabilities.apiMarks === false ? [given[0], given[1]].map(withSameAudience) : given;
        const faults = given[2];
        if (first === undefined || second === undefined) throw new TypeError('two states are given');
        const bench = new LapseBench(capabilities);
        const all = await bench.carry(await bench.plan(first));
        expect(all.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
        const plan = await bench.plan(second);
        bench.servers.begin(faults);
        const results = await bench.carry(plan);
        bench.servers.obey();
        const outcomes = new Map(results.map((result) => [result.address, result]));
        for (const change of plan.changes) {
          const result = outcomes.get(change.address);
          if (result?.outcome !== 'done') continue;
          expect({ address: change.address, missing: await bench.missingOf(change) }).toEqual({
            address: change.address,
            missing: [],
          });
        }
        const failed = results.filter(({ outcome }) => outcome === 'failed');
        expect(bench.servers.lapsed ? [] : failed).toEqual([]);
        for (const { reason = '' } of failed) expect(reason).toMatch(SAYS_WHAT);
        const later = await bench.planAll(second);
        if (later.conflicts.length > 0) return;
        const again = await bench.carry(later);
        expect(again.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
        expect(await bench.planAll(second)).toMatchObject({ changes: [], conflicts: [] });
        await expectCredentials(bench, second);
      }),
      RUNS,
    );
  });
});
