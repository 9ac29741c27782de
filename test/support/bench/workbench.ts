/** A realm and a Vault mount of its own with everything that a command does between manifests and report, in process. */
import { inject } from 'vitest';
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import type { Applied } from '../../../src/engine/apply/apply-plan.ts';
import { rotationPorts } from '../../../src/engine/rotation/rotation-subjects.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import type { RotationSurvey } from '../../../src/engine/rotation/survey-rotations.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { SurveyOptions, TargetPorts } from '../../../src/engine/survey/survey-target.ts';
import { expectationsOf } from '../../../src/engine/proof/expectation.ts';
import type { RotationPorts } from '../../../src/engine/rotation/subject.ts';
import { proveAll } from '../../../src/engine/proof/prove-all.ts';
import { checkSources } from '../check-sources.ts';
import { resolveTargets } from '../../../src/manifest/resolve/resolve.ts';
import type { DesiredState } from '../../../src/model/desired.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { ClientProof, RotationResult } from '../../../src/model/report.ts';
import { systemPorts } from '../../../src/platform/ports.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { makeProviderOpener } from '../../../src/providers/open.ts';
import { PROVIDERS } from '../../../src/providers/registry.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { makeStoreOpener } from '../../../src/stores/open.ts';
import { STORES } from '../../../src/stores/registry.ts';
import type { Store } from '../../../src/stores/store.ts';
import { createRealm } from '../servers/realm.ts';
import type { KeycloakServer, TestRealm } from '../servers/realm.ts';
import { rotateOnce } from './rotate-once.ts';
import { createVault } from '../servers/vault.ts';
import type { TestVault } from '../servers/vault.ts';

/** Where a workbench's servers are reached, and as whom; each defaults to the servers themselves and their administrators. */
export interface WorkbenchOptions {
  readonly keycloakUrl?: string;
  readonly vaultUrl?: string;
  readonly stack?: string;
  /** YAML flow map of `provider.keycloak.auth`. */
  readonly auth?: string;
  /** YAML flow map of `store.vault.auth`. */
  readonly vaultAuth?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** YAML flow map of `rotate`. */
  readonly rotate?: string;
  /** YAML flow map of `provider.keycloak.issuers`. */
  readonly issuers?: string;
}

export class Workbench {
  readonly realm: TestRealm;
  readonly vault: TestVault;
  readonly #options: WorkbenchOptions;
  readonly #server: KeycloakServer;

  private constructor(server: KeycloakServer, realm: TestRealm, vault: TestVault, options: WorkbenchOptions) {
    this.#server = server;
    this.realm = realm;
    this.vault = vault;
    this.#options = options;
  }

  static async open(options: WorkbenchOptions = {}, server = inject('keycloak')): Promise<Workbench> {
    const [realm, vault] = await Promise.all([createRealm(server), createVault(inject('vault'))]);
    return new Workbench(server, realm, vault, options);
  }

  /** The same realm and mount seen through other URLs, by another stack or with other rights. */
  as(options: WorkbenchOptions): Workbench {
    return new Workbench(this.#server, this.realm, this.vault, { ...this.#options, ...options });
  }

  async close(): Promise<void> {
    await Promise.all([this.realm.remove(), this.vault.remove()]);
  }

  get env(): Record<string, string> {
    return {
      KEYCLOAK_PASSWORD: this.#server.password,
      VAULT_TOKEN: inject('vault').rootToken,
      ...this.#options.env,
    };
  }

  /** The Target manifest. */
  get target(): string {
    const { username, url } = this.#server;
    const { keycloakUrl, vaultUrl, stack = 'acme', auth, vaultAuth, rotate = '{}', issuers } = this.#options;
    const named = issuers === undefined ? '' : `\n      issuers: ${issuers}`;
    return `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: ${stack}
  rotate: ${rotate}
  provider:
    keycloak:
      url: ${keycloakUrl ?? url}
      realm: ${this.realm.name}
      auth: ${auth ?? `{realm: master, username: ${username}, password: "\${env:KEYCLOAK_PASSWORD}"}`}${named}
  store:
    vault:
      address: ${vaultUrl ?? inject('vault').url}
      mount: ${this.vault.mount}
      prefix: m2m
      auth: ${vaultAuth ?? '{token: "${env:VAULT_TOKEN}"}'}
`;
  }

  /** Resolves manifests, given as YAML, for this workbench's target. */
  desired(manifests: string, { withoutAccount = false } = {}): DesiredState {
    const sources = checkSources([{ name: 'test.yaml', text: `${manifests}\n---${this.target}` }]);
    const errors = sources.findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
    const { KEYCLOAK_PASSWORD: _password, ...without } = this.env;
    const surroundings = withoutAccount
      ? { env: without, cwd: '/', providerAccount: 'optional' as const }
      : { env: this.env, cwd: '/' };
    const [desired] = resolveTargets(sources, ['dev'], surroundings);
    if (desired === undefined) throw new Error('no target');
    return desired;
  }

  async ports(manifests: string): Promise<{ provider: Provider; store: Store; desired: DesiredState }> {
    const desired = this.desired(manifests);
    const ports = systemPorts();
    const [provider, store] = await Promise.all([
      makeProviderOpener(PROVIDERS).open(desired.target.provider, ports),
      makeStoreOpener(STORES).open(desired.target.store, ports),
    ]);
    return { provider, store, desired };
  }

  async plan(manifests: string, options?: SurveyOptions): Promise<Plan> {
    const { desired, ...ports } = await this.ports(manifests);
    return buildPlan(await surveyTarget(desired, ports, options));
  }

  async apply(manifests: string, options?: SurveyOptions): Promise<Applied & { plan: Plan }> {
    const { desired, ...ports } = await this.ports(manifests);
    return this.carryOut(desired, ports, options);
  }

  /** Plans and applies through these ports. */
  async carryOut(
    desired: DesiredState,
    ports: TargetPorts,
    options?: SurveyOptions,
  ): Promise<Applied & { plan: Plan }> {
    const plan = buildPlan(await surveyTarget(desired, ports, options));
    const run = { inFlight: 4, stopped: () => false, onResult: () => undefined, finishRotation: async () => undefined };
    return { plan, ...(await applyPlan(plan, { ...ports, clock: systemPorts().clock }, run)) };
  }

  /** Rotates clients; throws what the first that is refused says. */
  async rotate(manifests: string, request: RotationRequest): Promise<readonly RotationResult[]> {
    const { desired, ...target } = await this.ports(manifests);
    const http = systemPorts();
    const now = Math.floor(http.clock.now() / 1000);
    const portsOf = (survey: RotationSurvey): RotationPorts => rotationPorts(target, survey, http);
    return (await rotateOnce(desired, target, request, { now, portsOf })).results;
  }

  /** `withoutAccount`: as `verify` does where the environment has none. */
  async prove(manifests: string, { withoutAccount = false } = {}): Promise<ClientProof[]> {
    const { store, provider: known } = await this.ports(manifests);
    const desired = this.desired(manifests, { withoutAccount });
    const provider = withoutAccount
      ? await makeProviderOpener(PROVIDERS).open(desired.target.provider, systemPorts())
      : known;
    const facts = await provider.readGrants(desired);
    const options = { inFlight: 4, stopped: () => false, onProof: () => undefined };
    const proven = await proveAll(
      expectationsOf(desired, provider, undefined, facts),
      await provider.endpoints(),
      store,
      systemPorts(),
      options,
    );
    return [...proven.proofs];
  }
}

/** An Api and its scopes as YAML. */
export function apiYaml(name: string, scopes: readonly string[], spec = ''): string {
  return `
apiVersion: grantry/v1
kind: Api
metadata: {name: ${name}, owner: team-${name}, description: The ${name} API}
spec: {audience: "https://${name}.test", scopes: {${scopes.map((scope) => `"${scope}": About ${scope}`).join(', ')}}${spec}}
`;
}

/** A Client as YAML; `spec` is the inside of a flow map. */
export function clientYaml(name: string, spec: string): string {
  return `
apiVersion: grantry/v1
kind: Client
metadata: {name: ${name}, owner: team-${name}, description: The ${name} service}
spec: {${spec}}
`;
}

export function yaml(...documents: readonly string[]): string {
  return documents.join('\n---');
}
