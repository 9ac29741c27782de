/** A provider under the contract suite: the engine on a fresh realm or tenant, and an administrator who works without grantry. */
import { applyPlan } from '../../../src/engine/apply/apply-plan.ts';
import type { Applied } from '../../../src/engine/apply/apply-plan.ts';
import { credentialStatus } from '../../../src/engine/rotation/credential-status.ts';
import { rotationPorts } from '../../../src/engine/rotation/rotation-subjects.ts';
import type { RotationRequest } from '../../../src/engine/rotation/select-rotations.ts';
import { surveyRotations } from '../../../src/engine/rotation/survey-rotations.ts';
import type { RotationSurvey } from '../../../src/engine/rotation/survey-rotations.ts';
import { surveyTarget } from '../../../src/engine/survey/survey-target.ts';
import type { SurveyOptions } from '../../../src/engine/survey/survey-target.ts';
import { expectationsOf } from '../../../src/engine/proof/expectation.ts';
import { proveAll } from '../../../src/engine/proof/prove-all.ts';
import type { RotationPorts } from '../../../src/engine/rotation/subject.ts';
import { checkSources } from '../../support/check-sources.ts';
import { resolveTargets } from '../../../src/manifest/resolve/resolve.ts';
import type { AuthMethod, DesiredState } from '../../../src/model/desired.ts';
import type { Plan } from '../../../src/model/plan.ts';
import type { BackendSettings } from '../../../src/model/target.ts';
import { isProven } from '../../../src/model/report.ts';
import type { ClientProof, CredentialStatus, RotationResult } from '../../../src/model/report.ts';
import type { Ports } from '../../../src/platform/ports.ts';
import { buildPlan } from '../../../src/engine/plan/build-plan.ts';
import { makeProviderOpener } from '../../../src/providers/open.ts';
import { PROVIDERS } from '../../../src/providers/registry.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { MemoryStore } from '../../../src/stores/memory/index.ts';
import { rotateOnce } from '../../support/bench/rotate-once.ts';
import { secretIn } from '../../support/stored-secrets.ts';
import type { HeldCredential } from '../../../src/credentials/method.ts';
import { credentialIn } from '../../../src/credentials/registry.ts';
import { TokenClient } from '../../../src/engine/proof/token-client.ts';
import type { Credential } from '../../../src/model/secrets/credential.ts';

/** What somebody may do at the provider without grantry; clients are named by their client_id. */
export interface AdminActions {
  /** A client that nobody marked, with this name and secret where one can be chosen; gives its client_id. */
  create(name: string): Promise<string>;
  /** The present secret. */
  secretOf(clientId: string): Promise<string>;
  /** A new secret, made by the server. */
  regenerate(clientId: string): Promise<void>;
  /** Opens a flow for users. */
  loosen(clientId: string): Promise<void>;
  remove(clientId: string): Promise<void>;
  /** Has the issuer of this alias trust the tokens of another one; only where the provider has issuers. */
  redirectIssuer?(alias: string, url: string): Promise<void>;
  /** An issuer that nobody marked. */
  createIssuer?(alias: string, url: string): Promise<void>;
  /** Grants a scope of an Api to a client that is not the stack's. */
  grant(clientId: string, audience: string, scope: string): Promise<void>;
  /** Lets a client in that is disabled: with this scope, where that is what keeps it out. */
  letIn(clientId: string, audience: string, scope: string): Promise<void>;
  /** client_ids of all clients but those that were there at first. */
  clientIds(): Promise<string[]>;
  /** The next creation of a client takes effect, and its answer is lost. */
  loseNextCreation(): void;
  /** The next change of a secret takes effect, and its answer is lost. */
  loseNextRotation(): void;
  /** Whether the token endpoint takes the secret for this client, sent in this way; default: `client_secret_basic`. */
  accepts(clientId: string, secret: string, auth?: AuthMethod): Promise<boolean>;
}

/** A client_credentials request (RFC 6749 section 4.4), for `fetch`. */
export function tokenRequest(
  client: { readonly clientId: string; readonly secret: string; readonly auth: AuthMethod | undefined },
  more: Readonly<Record<string, string>> = {},
): RequestInit {
  const { clientId, secret, auth = 'client_secret_basic' } = client;
  const isBasic = auth === 'client_secret_basic';
  const basic = Buffer.from(`${clientId}:${secret}`).toString('base64');
  const inBody = isBasic ? {} : { client_id: clientId, client_secret: secret };
  return {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...inBody, ...more }),
    ...(isBasic ? { headers: { authorization: `Basic ${basic}` } } : {}),
  };
}

/** The keys of a Target under `provider`, the credentials that it refers to, and the way to reach it. */
export interface ProviderPlace {
  readonly provider: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ports: Ports;
  readonly admin: AdminActions;
  /** Opens the provider; default: as a run does. */
  readonly open?: (settings: BackendSettings) => Promise<Provider>;
  close(): Promise<void>;
}

export class ProviderSubject {
  readonly store = new MemoryStore();
  /** What the Target says of issuers, as YAML; empty: nothing. */
  issuers = '';
  readonly #place: ProviderPlace;

  constructor(place: ProviderPlace) {
    this.#place = place;
  }

  get ports(): Ports {
    return this.#place.ports;
  }

  get admin(): AdminActions {
    return this.#place.admin;
  }

  close(): Promise<void> {
    return this.#place.close();
  }

  /** What `validate` finds wrong with these manifests for this target. */
  errors(manifests: string): string[] {
    return this.#check(manifests)
      .findings.filter(({ severity }) => severity === 'error')
      .map(({ message }) => message);
  }

  desired(manifests: string): DesiredState {
    const errors = this.errors(manifests);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    const [desired] = resolveTargets(this.#check(manifests), ['dev'], { env: this.#place.env, cwd: '/' });
    if (desired === undefined) throw new Error('no target');
    return desired;
  }

  #check(manifests: string): ReturnType<typeof checkSources> {
    const named = this.issuers === '' ? '' : `issuers: ${this.issuers}, `;
    const provider = this.#place.provider.replace(/^\{(\w+): \{/, `{$1: {${named}`);
    const target = `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: ${provider}
  store: {vault: {address: "http://localhost:1", mount: secret, auth: {token: "\${env:TOKEN}"}}}
`;
    return checkSources([{ name: 'test.yaml', text: `${manifests}\n---${target}` }]);
  }

  async open(manifests: string): Promise<{ provider: Provider; desired: DesiredState }> {
    const desired = this.desired(manifests);
    const { ports, open = (settings) => makeProviderOpener(PROVIDERS).open(settings, ports) } = this.#place;
    return { desired, provider: await open(desired.target.provider) };
  }

  async plan(manifests: string, options?: SurveyOptions): Promise<Plan> {
    const { desired, provider } = await this.open(manifests);
    return buildPlan(await surveyTarget(desired, { provider, store: this.store }, options));
  }

  /** The plan's changes as `update Client/orders`. */
  async changesOf(manifests: string, checkStore = false): Promise<string[]> {
    return (await this.plan(manifests, { checkStore })).changes.map(({ op, address }) => `${op} ${address}`);
  }

  async apply(manifests: string, options?: SurveyOptions): Promise<Applied> {
    const { desired, provider } = await this.open(manifests);
    const plan = buildPlan(await surveyTarget(desired, { provider, store: this.store }, options));
    if (plan.conflicts.length > 0) throw new Error(plan.conflicts.map(({ reason }) => reason).join('\n'));
    const how = { inFlight: 4, stopped: () => false, onResult: () => undefined, finishRotation: async () => undefined };
    return applyPlan(plan, { provider, store: this.store, clock: this.#place.ports.clock }, how);
  }

  /** Applies, and fails unless every change was done. */
  async setUp(manifests: string, options?: SurveyOptions): Promise<void> {
    const { results } = await this.apply(manifests, options);
    const failed = results.filter(({ outcome }) => outcome !== 'done');
    if (failed.length > 0) throw new Error(failed.map(({ address, reason }) => `${address}: ${reason}`).join('\n'));
  }

  /** Rotates clients; throws what the first that is refused says. */
  async rotate(manifests: string, request: RotationRequest): Promise<readonly RotationResult[]> {
    const { desired, provider } = await this.open(manifests);
    const target = { provider, store: this.store };
    const { ports } = this.#place;
    const now = Math.floor(ports.clock.now() / 1000);
    const portsOf = (survey: RotationSurvey): RotationPorts => rotationPorts(target, survey, ports);
    return (await rotateOnce(desired, target, request, { now, portsOf })).results;
  }

  async status(manifests: string): Promise<readonly CredentialStatus[]> {
    const { desired, provider } = await this.open(manifests);
    const survey = await surveyRotations(desired, { provider, store: this.store });
    return credentialStatus(survey, this.store, Math.floor(this.#place.ports.clock.now() / 1000));
  }

  async prove(manifests: string): Promise<readonly ClientProof[]> {
    const { desired, provider } = await this.open(manifests);
    const facts = await provider.readGrants(desired);
    const expectations = expectationsOf(desired, provider, undefined, facts);
    const how = { inFlight: 4, stopped: () => false, onProof: () => undefined };
    return (await proveAll(expectations, await provider.endpoints(), this.store, this.#place.ports, how)).proofs;
  }

  /** What failed in the proofs of all clients; empty when all are proven. */
  async unproven(manifests: string): Promise<string[]> {
    const proofs = await this.prove(manifests);
    return proofs
      .filter((proof) => !isProven(proof))
      .flatMap(({ address, checks }) =>
        checks.flatMap(({ claim, outcome, detail }) =>
          outcome === 'failed' ? [`${address}: ${claim}: ${detail ?? ''}`] : [],
        ),
      );
  }

  /** The client_id under which a client is in the store. */
  async clientIdOf(path: string): Promise<string> {
    return (await this.store.read(path))?.document.clientId ?? '';
  }

  /** What lies at a path in the store; undefined: nothing that is whole. */
  async heldAt(path: string): Promise<HeldCredential | undefined> {
    const stored = await this.store.read(path);
    return stored === undefined ? undefined : credentialIn(stored.document.payload);
  }

  /** Whether the token endpoint takes a credential for this client, which authenticates as its manifest says. */
  async accepts(manifests: string, name: string, credential: Credential | undefined): Promise<boolean> {
    if (credential === undefined) return false;
    const { desired, provider } = await this.open(manifests);
    const { auth } = desired.clients.find((client) => client.name === name) ?? { auth: 'client_secret_basic' };
    const client = new TokenClient(await provider.endpoints(), this.#place.ports);
    const audience = desired.apis.find((api) => api.name === 'stock')?.audience ?? '';
    const parameters = provider.capabilities.tokenPerApi ? { audience } : {};
    const login = { clientId: await this.clientIdOf(name), credential };
    return 'token' in (await client.request(login, auth, { parameters }));
  }

  /** The secret that lies at a path, in the clear; empty where there is none. */
  async secretInStore(path: string): Promise<string> {
    return secretIn(await this.store.read(path)) ?? '';
  }
}
