import { z } from 'zod';
import { Secret } from '../../../model/secrets/secret.ts';

/**
 * The parts of Auth0's representations that grantry reads. Everything else is dropped at this boundary; a secret is
 * wrapped here and nowhere later.
 */
const strings = z
  .array(z.string())
  .nullish()
  .transform((list) => (list ?? []).toSorted());
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const metadata = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((record) =>
    Object.fromEntries(
      Object.entries(record ?? {}).flatMap(([key, value]) =>
        typeof value === 'string' ? [[key, value] as const] : [],
      ),
    ),
  );

const references = z.object({ credentials: z.array(z.object({ id: z.string() })) });

/** Of the credentials of a method. */
function idsIn(method: unknown): readonly string[] {
  return references.safeParse(method).data?.credentials.map(({ id }) => id) ?? [];
}

export const application = z.object({
  client_id: z.string(),
  name: text,
  description: text,
  app_type: text,
  grant_types: strings,
  callbacks: strings,
  web_origins: strings,
  allowed_origins: strings,
  allowed_logout_urls: strings,
  oidc_conformant: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  is_first_party: z
    .boolean()
    .nullish()
    .transform((value) => value ?? true),
  token_endpoint_auth_method: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  client_authentication_methods: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((methods) => {
      // There is one at most.
      const [method] = Object.entries(methods ?? {});
      return method === undefined ? undefined : { name: method[0], credentials: idsIn(method[1]) };
    }),
  client_metadata: metadata,
  client_secret: z
    .string()
    .optional()
    .transform((value) => (value === undefined ? undefined : new Secret(value))),
});
export type Application = z.infer<typeof application>;

/** What a listing is asked for. Secrets only where they are to be compared. */
export const APPLICATION_FIELDS = [
  'client_id',
  'name',
  'description',
  'app_type',
  'grant_types',
  'callbacks',
  'web_origins',
  'allowed_origins',
  'allowed_logout_urls',
  'oidc_conformant',
  'is_first_party',
  'token_endpoint_auth_method',
  'client_authentication_methods',
  'client_metadata',
] as const;

export const resourceServer = z.object({
  id: z.string(),
  identifier: z.string(),
  name: text,
  scopes: z
    .array(z.object({ value: z.string(), description: text }))
    .nullish()
    .transform((list) => list ?? []),
  token_lifetime: z.number().optional(),
  signing_alg: text,
  token_dialect: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  proof_of_possession: z
    .object({
      mechanism: z.enum(['mtls', 'dpop']),
      required: z.boolean(),
      required_for: z.enum(['public_clients', 'all_clients']).optional(),
    })
    .nullish()
    .transform((value) => value ?? undefined),
  /** Whether applications get tokens for it as themselves: `require_client_grant`, or `deny_all`. */
  subject_type_authorization: z
    .object({ client: z.object({ policy: z.string().optional() }).nullish() })
    .nullish()
    .transform((policies) => policies?.client?.policy),
  /** Whether its tokens are encrypted. */
  token_encryption: z
    .unknown()
    .optional()
    .transform((encryption) => (encryption ?? null) !== null),
  is_system: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
});
export type ResourceServer = z.infer<typeof resourceServer>;

export const clientGrant = z.object({
  id: z.string(),
  client_id: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  audience: z.string(),
  scope: strings,
  is_system: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
  /** In place of a client: all third-party clients, say. */
  default_for: z
    .string()
    .nullish()
    .transform((value) => value ?? undefined),
  subject_type: z
    .string()
    .nullish()
    .transform((value) => value ?? 'client'),
  /** Whether tokens are for an organization: `require` refuses those for none, `allow` takes both, `deny` (default) none for one. */
  organization_usage: z
    .string()
    .nullish()
    .transform((value) => value ?? 'deny'),
  /** Instead of `scope`. */
  allow_all_scopes: z
    .boolean()
    .nullish()
    .transform((value) => value ?? false),
});
export type ClientGrant = z.infer<typeof clientGrant>;
