import { viewAttributes } from '../convert/attributes.ts';
import { identityOf } from '../convert/convert-client.ts';
import { maySpeakOfSecret, isKnownAttribute } from '../convert/known-attributes.ts';
import { ATTRIBUTE, MARK } from '../convert/marks.ts';
import type { Attributes } from '../convert/marks.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import { FEDERATED_JWT, NO_ATTRIBUTES } from '../fields.ts';
import type { PolicyRule } from '../policies/policy-rules.ts';
import { whyReserved } from '../rules/limits.ts';
import type { Reason } from './left-out/reasons.ts';

/** The attributes of a client that matter, by whether a manifest can declare them. */
export interface FoundAttributes {
  readonly declarable: Attributes;
  /** Names, sorted. */
  readonly others: readonly string[];
}

/** `rules`: what the realm's client policies do; what one sets is nobody's to declare. */
export function attributesOf(
  { attributes, clientAuthenticatorType }: Pick<ClientRepresentation, 'attributes' | 'clientAuthenticatorType'>,
  rules: readonly PolicyRule[] | undefined,
): FoundAttributes {
  const names = Object.keys(viewAttributes(attributes, NO_ATTRIBUTES, rules).shown);
  const [declarable, others]: [string[], string[]] = [[], []];
  for (const name of names) (isDeclarable(name) ? declarable : others).push(name);
  const stray = clientAuthenticatorType !== FEDERATED_JWT && identityOf(attributes) !== null;
  return {
    declarable: Object.fromEntries(declarable.map((name) => [name, attributes[name] ?? ''])),
    others: [...others, ...(stray ? [ATTRIBUTE.issuer, ATTRIBUTE.subject] : [])].toSorted(),
  };
}

function isDeclarable(name: string): boolean {
  return !maySpeakOfSecret(name) && whyReserved(name) === undefined;
}

/** Of attributes that matter and cannot be declared; never says what is in them. */
export function reasonOfAttributes(names: readonly string[]): Reason | undefined {
  if (names.length === 0) return undefined;
  const listed = names.map((name) => JSON.stringify(name)).join(', ');
  const [are, them] = names.length === 1 ? ['attribute', 'it'] : ['attributes', 'them'];
  return {
    reason: 'attributes',
    why: `It has the ${are} ${listed}, which may change what it can do or hold a credential, and which no manifest may declare.`,
    todo: `Take ${them} out of the client, if nothing needs ${them}, and import again.`,
  };
}

/** What people may have noted on a client of its owner: its description, and attributes that mean nothing to the server. */
export function factsOf({ attributes, description }: ClientRepresentation): Record<string, string> {
  const noted = Object.entries(attributes).filter(
    ([name]) => !name.startsWith(MARK.prefix) && !isKnownAttribute(name) && !maySpeakOfSecret(name),
  );
  return {
    ...Object.fromEntries(noted.map(([name, value]) => [`attributes.${name}`, value])),
    ...(description === '' ? {} : { description }),
  };
}
