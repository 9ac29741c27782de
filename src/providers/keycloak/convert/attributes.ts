import { isHarmlessAttribute, maySpeakOfSecret } from './known-attributes.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import { NO_ATTRIBUTES, NOTHING } from '../fields.ts';
import { ATTRIBUTE, MARK, parseDeclared, valueDigest } from './marks.ts';
import type { Attributes } from './marks.ts';
import { saysForm } from './token-attributes.ts';
import { policyThatSets } from '../policies/policy-rules.ts';
import type { PolicyRule } from '../policies/policy-rules.ts';

/** Stands for a value that grantry did not write, and so never shows: it may be a credential. */
const HIDDEN = '(set)';

/** The attributes of a client that matter: those that are or were declared, and whatever is not known to be harmless. */
export interface AttributeView {
  readonly shown: Attributes;
  /** What is not shown of them, so that a change of it is noticed all the same. */
  readonly unseen: Secret | undefined;
  /** What a client policy of the realm sets and nobody declares: the server would set it again. */
  readonly setByPolicy: readonly SetByPolicy[];
}

interface SetByPolicy {
  readonly name: string;
  readonly policy: string;
}

const NOTHING_SPECIAL: AttributeView = { shown: NO_ATTRIBUTES, unseen: undefined, setByPolicy: [] };

/** Those that have a field of their own. */
const WITH_FIELD: ReadonlySet<string> = new Set([
  ATTRIBUTE.authMethod,
  ATTRIBUTE.signingAlg,
  ATTRIBUTE.issuer,
  ATTRIBUTE.subject,
  ATTRIBUTE.useJwks,
  ATTRIBUTE.jwks,
  ATTRIBUTE.tokenLifetime,
  ATTRIBUTE.device,
  ATTRIBUTE.ciba,
  ATTRIBUTE.tokenExchange,
]);

/**
 * `declared`: what the manifest declares now; `rules`: what the realm's client policies do. An empty attribute counts as
 * absent, as Keycloak treats it.
 */
export function viewAttributes(
  attributes: Attributes,
  declared: Attributes,
  rules: readonly PolicyRule[] = [],
): AttributeView {
  const before = parseDeclared(attributes[MARK.declared]).attributes;
  const shown: [string, string][] = [];
  const hidden: [string, string][] = [];
  const setByPolicy: SetByPolicy[] = [];
  for (const name of Object.keys(attributes)) {
    const value = attributes[name] ?? '';
    if (value === '' || name.startsWith(MARK.prefix) || WITH_FIELD.has(name)) continue;
    const wanted = Object.hasOwn(declared, name) ? declared[name] : undefined;
    if (wanted === undefined) {
      if (!before.has(name) && isHarmlessAttribute(name, value)) continue;
      const policy = policyThatSets(rules, name, value);
      if (policy !== undefined) {
        setByPolicy.push({ name, policy });
        continue;
      }
    }
    if (mayShow(name, value, wanted, before.get(name))) shown.push([name, value]);
    else hidden.push([name, value]);
  }
  if (shown.length + hidden.length + setByPolicy.length === 0) return NOTHING_SPECIAL;
  const masked = hidden.map(([name]): [string, string] => [name, maskFor(declared, name)]);
  return {
    shown: Object.fromEntries([...shown, ...masked].toSorted(byName)),
    unseen: unseenValues(hidden),
    setByPolicy,
  };
}

/** Whether something matters that no manifest declares, nor did: then it must be asked what sets it. */
export function hasUndeclared(attributes: Attributes, declared: Attributes): boolean {
  return Object.keys(viewAttributes(attributes, declared).shown).some((name) => !Object.hasOwn(declared, name));
}

/** It must not look like the value that is wanted. */
function maskFor(declared: Attributes, name: string): string {
  return Object.hasOwn(declared, name) && declared[name] === HIDDEN ? `${HIDDEN} otherwise` : HIDDEN;
}

/** Only what the manifest says anyway, what grantry wrote, and the form of tokens: a mark that somebody edited reveals nothing. */
function mayShow(name: string, value: string, wanted: string | undefined, digest: string | undefined): boolean {
  if (saysForm(name, value)) return true;
  if (maySpeakOfSecret(name)) return false;
  return value === wanted || (digest !== undefined && digest === valueDigest(name, value));
}

/** Names of the attributes of an Api's client scope that matter and that grantry did not set. */
export function strangeScopeAttributes(attributes: Attributes): string[] {
  const names = Object.keys(attributes).filter((name) => isStrange(name, attributes[name] ?? ''));
  return names.length === 0 ? NOTHING : names.toSorted();
}

export function unseenScopeValues(
  scopes: readonly { readonly name: string; readonly attributes: Attributes }[],
): Secret | undefined {
  return unseenValues(
    scopes.flatMap(({ name: scope, attributes }) =>
      strangeScopeAttributes(attributes).map((name): [string, string] => [`${scope} ${name}`, attributes[name] ?? '']),
    ),
  );
}

/** Shown to people, or in the server's metadata; and switches that are off. */
const HARMLESS_OF_SCOPES: ReadonlySet<string> = new Set([
  ATTRIBUTE.inTokenScope,
  ATTRIBUTE.onConsentScreen,
  'consent.screen.text',
  'gui.order',
  'include.in.openid.provider.metadata',
]);
const SWITCHES_OF_SCOPES: ReadonlySet<string> = new Set(['is.dynamic.scope', 'is.parameterized.scope']);

function isStrange(name: string, value: string): boolean {
  if (value === '' || name.startsWith(MARK.prefix) || HARMLESS_OF_SCOPES.has(name)) return false;
  return !(SWITCHES_OF_SCOPES.has(name) && value === 'false');
}

function unseenValues(pairs: readonly (readonly [string, string])[]): Secret | undefined {
  return pairs.length === 0 ? undefined : new Secret(JSON.stringify(pairs.toSorted(byName)));
}

function byName([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}
