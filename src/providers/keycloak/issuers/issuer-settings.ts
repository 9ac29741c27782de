import * as z from 'zod';
import { allowInsecureSchema, checkedBy, templateSchema } from '../../../manifest/schema/settings.ts';
import { nameSchema, positiveDurationSchema } from '../../../manifest/schema/parts.ts';
import { checkUrl, isInsecure, mentionsEnv } from '../../../manifest/schema/url.ts';
import { compareText } from '../../../manifest/values.ts';
import type { DesiredIssuer } from '../../../model/target.ts';

/** Keycloak's own ids of the kinds of identity provider that take assertions of clients. */
const ISSUER_KINDS = ['oidc', 'kubernetes', 'spiffe'] as const;

/** Keycloak puts the alias into paths of its Admin API and refuses slashes and blanks in it. */
const aliasSchema = templateSchema
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^[^\s/?#%]+$/, { error: 'must have no blanks and none of / ? # %' });

function checkTrustDomain(text: string): string | undefined {
  if (mentionsEnv(text) || /^spiffe:\/\/[a-z0-9._-]+$/.test(text)) return undefined;
  return 'must be a trust domain such as spiffe://acme.example';
}

const settingsSchema = z.strictObject({
  alias: aliasSchema.meta({ description: 'The alias of the identity provider in the realm.' }),
  kind: z.enum(ISSUER_KINDS).default('oidc').meta({
    description:
      'oidc: any OpenID issuer. kubernetes: the service accounts of a cluster. spiffe: a preview of Keycloak.',
  }),
  url: checkedBy(checkUrl).optional().meta({
    description:
      'The iss of its tokens; of spiffe the address of its bundle. With it grantry makes the identity provider and owns it; without it that must exist.',
  }),
  jwksUrl: checkedBy(checkUrl).optional().meta({
    description:
      'Of oidc: where its keys are. Default: as its own metadata say, which grantry must then be able to fetch.',
  }),
  trustDomain: checkedBy(checkTrustDomain)
    .optional()
    .meta({ description: 'Of spiffe, such as spiffe://acme.example.' }),
  reuse: z
    .boolean()
    .optional()
    .meta({ description: 'Of oidc: a token may be used more than once. Default false; kubernetes always allows it.' }),
  maxTokenAge: positiveDurationSchema.optional().meta({
    description: 'How old a token may be. Default: that of Keycloak, which is 5m, and 1h for kubernetes.',
  }),
  allowInsecure: allowInsecureSchema,
});

/** What only some kinds have, of those that grantry makes. */
const KINDS_WITH = {
  jwksUrl: ['oidc'],
  trustDomain: ['spiffe'],
  reuse: ['oidc'],
  maxTokenAge: ['oidc', 'kubernetes'],
} as const satisfies Partial<Record<keyof IssuerSpec, readonly (typeof ISSUER_KINDS)[number][]>>;

const issuerSchema = settingsSchema
  .superRefine((issuer, context) => {
    for (const [key, message] of problemsOf(issuer)) context.addIssue({ code: 'custom', path: [key], message });
  })
  .meta({ description: 'Who signs the tokens of workloads that log in without a credential of their own.' });

export type IssuerSpec = z.output<typeof settingsSchema>;

/** What of an issuer does not go together, by key. */
function* problemsOf(issuer: IssuerSpec): Iterable<readonly [keyof IssuerSpec, string]> {
  const { kind, url, trustDomain, allowInsecure } = issuer;
  for (const key of ['jwksUrl', 'trustDomain', 'reuse', 'maxTokenAge'] as const) {
    const kinds: readonly string[] = KINDS_WITH[key];
    if (issuer[key] === undefined) continue;
    if (url === undefined) yield [key, 'is for an issuer that grantry makes: give its url too, or take this away'];
    else if (!kinds.includes(kind)) yield [key, `is nothing that an issuer of the kind ${kind} has`];
  }
  for (const key of ['url', 'jwksUrl'] as const) {
    if (isInsecure(issuer[key] ?? '') && !allowInsecure) {
      const why = 'or somebody in the network could put keys of their own in its place';
      yield [key, `must begin with https://, ${why}; to allow that, put allowInsecure: true beside it`];
    }
  }
  if (kind === 'spiffe' && url !== undefined && trustDomain === undefined)
    yield ['url', 'is where the bundle is: give the trustDomain, too'];
}

/** Issuers that could only get in each other's way: Keycloak has one identity provider of an alias, and one of an issuer. */
function* clashesIn(
  issuers: Readonly<Record<string, IssuerSpec>>,
): Iterable<readonly [string, 'alias' | 'url', string]> {
  for (const key of ['alias', 'url'] as const) {
    const first = new Map<string, string>();
    for (const [name, issuer] of Object.entries(issuers)) {
      const value = issuer[key];
      const other = value === undefined ? undefined : first.get(value);
      if (value === undefined) continue;
      if (other === undefined) first.set(value, name);
      else yield [name, key, `is that of the issuer ${other} too: let clients name one of them`];
    }
  }
}

/** By the names by which Clients refer to them. */
export const issuersSchema = z
  .record(nameSchema, issuerSchema)
  .superRefine((issuers, context) => {
    for (const [name, key, message] of clashesIn(issuers))
      context.addIssue({ code: 'custom', path: [name, key], message });
  })
  .optional()
  .meta({ description: 'Issuers of federated identities. An empty map: there are none, and what grantry made goes.' });

/** The issuers of a Target, sorted by name; undefined: it says nothing of issuers. */
export function resolveIssuers(specs: Readonly<Record<string, IssuerSpec>> | undefined): DesiredIssuer[] | undefined {
  if (specs === undefined) return undefined;
  return Object.entries(specs)
    .toSorted(([left], [right]) => compareText(left, right))
    .map(([name, { alias, kind, url, jwksUrl, trustDomain, reuse = false, maxTokenAge }]) => ({
      name,
      alias,
      kind,
      url,
      jwksUrl,
      trustDomain,
      reuse,
      maxTokenAge,
    }));
}
