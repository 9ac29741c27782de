import { z } from 'zod';
import { nameSome } from '../../../model/text/counting.ts';
import { unlessForbidden } from '../../refusals.ts';
import { FIELD_OF_ATTRIBUTE } from '../convert/token-attributes.ts';
import type { KeycloakApi } from '../http/api.ts';
import { parseList } from '../http/parse-list.ts';
import { readEveryProfile, readPolicyList } from './policy-lists.ts';

/** What an executor of a client policy in force does to the clients that the policy is for. */
export interface PolicyRule {
  readonly policy: string;
  readonly executor: string;
  /** Attributes that it sets, with their values. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Fields that it sets or insists on, as plans name them. */
  readonly fields: readonly string[];
}

type Configuration = Readonly<Record<string, unknown>>;

const executor = z.object({ executor: z.string(), configuration: z.record(z.string(), z.unknown()).nullish() });
const profile = z.object({ name: z.string(), executors: z.array(executor).nullish() });
const policyRow = z.object({
  name: z.string(),
  enabled: z.boolean().nullish(),
  profiles: z.array(z.string()).nullish(),
});

/** Without its own attributes and fields: what grantry's executor of overlaps does, it knows. */
const NO_CHANGE = { attributes: {}, fields: [] };

/** The executors of Keycloak 26.7 that change what is written; read from their classes, and tried. */
const EFFECTS: Readonly<Record<string, (config: Configuration) => Pick<PolicyRule, 'attributes' | 'fields'>>> = {
  'consent-required': () => ({ attributes: {}, fields: ['consentRequired'] }),
  'dpop-bind-enforcer': (config) => ifAuto(config, { 'dpop.bound.access.tokens': 'true' }),
  'full-scope-disabled': () => ({ attributes: {}, fields: ['fullScopeAllowed'] }),
  'holder-of-key-enforcer': (config) => ifAuto(config, { 'tls.client.certificate.bound.access.tokens': 'true' }),
  'pkce-enforcer': (config) => ifAuto(config, { 'pkce.code.challenge.method': 'S256' }),
  'reject-implicit-grant': () => ({ attributes: {}, fields: ['flows implicit'] }),
  'reject-ropc-grant': () => ({ attributes: {}, fields: ['flows directAccessGrants'] }),
  'secure-ciba-req-sig-algorithm': (config) => algorithms(config, ['ciba.backchannel.auth.request.signing.alg']),
  'secure-client-authenticator': () => ({ attributes: {}, fields: ['authenticator'] }),
  'secure-client-uris': () => ({ attributes: {}, fields: ['redirectUris', 'webOrigins'] }),
  'secure-response-type': (config) => ifAuto(config, { 'id.token.as.detached.signature': 'true' }),
  'secure-signature-algorithm': (config) =>
    algorithms(config, [
      'access.token.signed.response.alg',
      'id.token.signed.response.alg',
      'request.object.signature.alg',
      'token.endpoint.auth.signing.alg',
      'user.info.response.signature.alg',
    ]),
  'tls-client-auth-ca-subject-dn': ({ 'ca-subject-dn': name }) => ({
    attributes: typeof name === 'string' ? { 'x509.casubjectdn': name } : {},
    fields: [],
  }),
};

function ifAuto(
  config: Configuration,
  attributes: PolicyRule['attributes'],
): Pick<PolicyRule, 'attributes' | 'fields'> {
  return { attributes: String(config['auto-configure']) === 'true' ? attributes : {}, fields: [] };
}

function algorithms(
  { 'default-algorithm': name }: Configuration,
  attributes: readonly string[],
): Pick<PolicyRule, 'attributes' | 'fields'> {
  const value = typeof name === 'string' ? name : 'PS256';
  return { attributes: Object.fromEntries(attributes.map((attribute) => [attribute, value])), fields: [] };
}

/** What the realm's client policies do to clients; asked for only where something is not as it was written, or was never declared. */
export class PolicyRules {
  readonly #api: KeycloakApi;
  #rules: Promise<readonly PolicyRule[] | undefined> | undefined;

  constructor(api: KeycloakApi) {
    this.#api = api;
  }

  /** Undefined: the account may not read them. */
  async read(): Promise<readonly PolicyRule[] | undefined> {
    this.#rules ??= unlessForbidden(this.#load());
    return this.#rules;
  }

  /** Whether a policy of somebody else may fill in what a PUT leaves out; also where the account may not look. */
  async mayFillIn(): Promise<boolean> {
    const rules = await this.read();
    return rules === undefined || rules.some(({ executor: id }) => id !== OVERLAPS);
  }

  async #load(): Promise<readonly PolicyRule[]> {
    const [every, used] = await Promise.all([readEveryProfile(this.#api), readPolicyList(this.#api, 'policies')]);
    const profiles = parseList(this.#api, every, profile, 'client profiles');
    const policies = parseList(this.#api, used, policyRow, 'client policies');
    const executorsOf = new Map(profiles.map(({ name, executors }) => [name, executors ?? []]));
    return policies
      .filter(({ enabled }) => enabled === true)
      .flatMap(({ name: policy, profiles: names }) =>
        (names ?? []).flatMap((name) => executorsOf.get(name) ?? []).map((one) => ruleOf(policy, one)),
      );
  }

  /** Which policies may have set these fields, as a hint; undefined where there is nothing to say. */
  async explain(paths: readonly (readonly string[])[]): Promise<string | undefined> {
    // What needs an explanation is reported in any case.
    const rules = await this.read().catch(() => []);
    if (rules === undefined) {
      return "A client policy of the realm may set that. grantry's account may not read them: it takes the role view-realm.";
    }
    const wanted = new Set(paths.map((path) => path.join(' ')));
    const setters = rules.filter(({ attributes, fields }) =>
      [...fields, ...Object.keys(attributes).map(fieldOf)].some((path) => wanted.has(path)),
    );
    if (setters.length > 0) return `That is set by ${describe(setters)}. Change it there, or declare what it wants.`;
    const others = rules.filter(({ executor: id }) => id !== OVERLAPS);
    return others.length === 0 ? undefined : `It may be set by ${describe(others)}.`;
  }

  /** What may have refused a change, as a hint. */
  async whoMayRefuse(): Promise<string | undefined> {
    const found = await this.read().catch(() => []);
    const rules = (found ?? []).filter(({ executor: id }) => id !== OVERLAPS);
    return rules.length === 0 ? undefined : `It may be refused by ${describe(rules)}.`;
  }
}

/** Where plans show an attribute. */
function fieldOf(attribute: string): string {
  return FIELD_OF_ATTRIBUTE.get(attribute) ?? `attributes ${attribute}`;
}

const OVERLAPS = 'secret-rotation';

function ruleOf(policy: string, { executor: id, configuration }: z.infer<typeof executor>): PolicyRule {
  const effect = Object.hasOwn(EFFECTS, id) ? EFFECTS[id]?.(configuration ?? {}) : undefined;
  return { policy, executor: id, ...(effect ?? NO_CHANGE) };
}

/** `the client policy "fapi" (consent-required, pkce-enforcer) of the realm`. */
function describe(rules: readonly PolicyRule[]): string {
  const policies = [...new Set(rules.map(({ policy }) => policy))];
  const named = policies.map((policy) => {
    const executors = new Set(rules.filter((rule) => rule.policy === policy).map((rule) => rule.executor));
    return `${JSON.stringify(policy)} (${[...executors].join(', ')})`;
  });
  return `the client ${policies.length === 1 ? 'policy' : 'policies'} ${nameSome(named, 5)} of the realm`;
}

/** The policy that sets an attribute to this value. */
export function policyThatSets(rules: readonly PolicyRule[], name: string, value: string): string | undefined {
  return rules.find(({ attributes }) => Object.hasOwn(attributes, name) && attributes[name] === value)?.policy;
}
