/** An import from the provider in memory, with manifests that lie on no disk. */
import { importTarget } from '../../../src/engine/run/import-target.ts';
import type { ImportPlan } from '../../../src/engine/run/import-target.ts';
import { judge } from '../../../src/engine/import/load-drafts.ts';
import { HEADER } from '../../../src/engine/import/plan-files.ts';
import type { Split } from '../../../src/engine/import/plan-files.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import { makeLanguage } from '../../../src/manifest/language.ts';
import type { SourceFile } from '../../../src/manifest/types.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { MemoryProvider } from '../../../src/providers/memory/index.ts';
import { MemoryStore } from '../../../src/stores/memory/index.ts';
import { STORES } from '../../../src/stores/registry.ts';
import { describeMemory } from './memory-description.ts';

export const TARGET = `apiVersion: grantry/v1
kind: Target
metadata: { name: dev }
spec:
  stack: acme
  rotate: { overlap: 0s }
  provider: { memory: {} }
  store: { vault: { address: "https://vault.test", mount: secret, auth: { token: "\${env:TOKEN}" } } }
`;

interface ImportOptions {
  readonly select: readonly string[];
  readonly split: Split;
  readonly ownerFrom: string | undefined;
  readonly deliver: boolean;
  readonly pathOf: (name: string) => string;
}

const DEFAULTS: ImportOptions = {
  select: [],
  split: 'owner',
  ownerFrom: 'attributes.team',
  deliver: false,
  pathOf: (name) => `manifests/${name}`,
};

function isOurs(text: string): boolean {
  return text.startsWith(HEADER);
}

export class ImportBench {
  readonly provider: MemoryProvider;
  /** Files by name, as in the folder `manifests`. */
  readonly files: Map<string, string>;
  readonly #language;

  constructor(provider: MemoryProvider, files: Readonly<Record<string, string>> = { 'target.yaml': TARGET }) {
    this.provider = provider;
    this.files = new Map(Object.entries(files));
    this.#language = makeLanguage({ providers: [describeMemory(provider)], stores: STORES });
  }

  get #existing() {
    const files = [...this.files].map(([name, text]): SourceFile => ({ name: `manifests/${name}`, text }));
    const surroundings = { env: {}, cwd: '/', store: 'unused', today: '2026-11-30' } as const;
    return { language: this.#language, files, trusted: undefined, target: 'dev', surroundings };
  }

  /** What the manifests declare. Throws where they are not valid. */
  desired(): DesiredState {
    const { ofExisting, resolve } = judge(this.#existing, []);
    if (ofExisting !== undefined) throw new TypeError(`${ofExisting.place.file.name}: ${ofExisting.message}`);
    return resolve();
  }

  /** What an import would write; nothing is written. */
  async look(options: Partial<ImportOptions> = {}): Promise<ImportPlan> {
    const { select, split, ownerFrom, deliver, pathOf } = { ...DEFAULTS, ...options };
    const { apis, clients, target } = this.desired();
    return importTarget(
      { desired: this.desired(), provider: this.provider },
      {
        select,
        input: {
          existing: this.#existing,
          drafting: {
            context: {
              provider: target.provider.kind,
              onlyTarget: undefined,
              deliver,
            },
            provenance: { at: '2026-12-01T10:00:00.000Z', from: this.provider.describe() },
            ownerFrom,
            elsewhere: new Map(),
            taken: {
              apis: new Set(apis.map(({ name }) => name)),
              clients: new Set(clients.map(({ name }) => name)),
            },
          },
          split,
          folder: new Map([...this.files].map(([name, text]) => [name, isOurs(text) ? text : undefined])),
          pathOf,
        },
      },
    );
  }

  /** The same, and it is written. */
  async run(options: Partial<ImportOptions> = {}): Promise<ImportPlan> {
    const plan = await this.look(options);
    for (const { name, text } of plan.files) this.files.set(name, text);
    return plan;
  }

  /** `plan --adopt 'Client/*' --adopt 'Api/*'`, on an empty store. */
  async planAdoption(): Promise<Plan> {
    const adoption = parseAdoption(['Client/*', 'Api/*']);
    const ports = { provider: this.provider, store: new MemoryStore() };
    return buildPlan(await surveyTarget(this.desired(), ports, { adoption }));
  }
}
