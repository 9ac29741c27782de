import * as z from 'zod';
import { checkDomain, checkKeycloakUrl, checkUrl } from './url.ts';
import { fitsMark } from '../../model/mark-text.ts';
import { MARK_ERROR, positiveDurationSchema, rotateSchema, textSchema } from './parts.ts';

/** What is said of a credential that is not a reference, whatever it is instead. */
export const CREDENTIAL_ERROR = 'must be exactly "${env:NAME}": a credential is never written into a manifest';

/** A credential: a reference to an environment variable and nothing else. */
const credentialSchema = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : CREDENTIAL_ERROR) })
  .regex(/^\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/, { error: CREDENTIAL_ERROR })
  .meta({ description: 'Exactly ${env:NAME}.', writeOnly: true });

/** Text in which `${env:NAME}` is replaced, the only substitution there is. */
const templateSchema = textSchema.regex(/^(?:[^$]|\$(?!\{)|\$\{env:[A-Za-z_][A-Za-z0-9_]*\})*$/, {
  error: 'holds a "${…}" that is not ${env:NAME}, the only substitution there is',
});

/** A template that a check finds nothing wrong with. */
function checkedBy(check: (text: string) => string | undefined): z.ZodString {
  return templateSchema.superRefine((text, context) => {
    const problem = check(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

const urlSchema = checkedBy(checkUrl);
const keycloakUrlSchema = checkedBy(checkKeycloakUrl);
const domainSchema = checkedBy(checkDomain);

const allowInsecureSchema = z
  .boolean()
  .default(false)
  .meta({ description: 'Allows http:// to a host that is not this machine.' });

/** Exactly one of the members; the shape of every choice in a Target. */
function oneOf<Shape extends z.core.$ZodLooseShape>(shape: Shape, description: string) {
  const names = Object.keys(shape);
  return z
    .strictObject(shape)
    .superRefine((value, context) => {
      const given = Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [name]));
      if (given.length !== 1) {
        const what = given.length === 0 ? 'is empty' : `holds ${given.join(' and ')}`;
        context.addIssue({ code: 'custom', message: `${what}: it must hold exactly one of ${names.join(', ')}` });
      }
    })
    .meta({ description, minProperties: 1, maxProperties: 1 });
}

const keycloakAuthSchema = z
  .strictObject({
    clientId: templateSchema.optional(),
    clientSecret: credentialSchema.optional(),
    username: templateSchema.optional(),
    password: credentialSchema.optional(),
    realm: templateSchema
      .optional()
      .meta({ description: 'The realm that this account lives in. Default: the realm of the Target.' }),
  })
  .superRefine((auth, context) => {
    const client = auth.clientId !== undefined && auth.clientSecret !== undefined;
    const user = auth.username !== undefined && auth.password !== undefined;
    const mixed = (auth.clientId ?? auth.clientSecret) !== undefined && (auth.username ?? auth.password) !== undefined;
    if (mixed || (!client && !user)) {
      context.addIssue({
        code: 'custom',
        message: 'must hold either clientId and clientSecret or username and password',
      });
    }
  })
  .meta({ description: "grantry's own account: {clientId, clientSecret}, or {username, password} for a sandbox." });

const keycloakSchema = z.strictObject({
  url: keycloakUrlSchema.meta({ description: 'Base URL of the server.' }),
  allowInsecure: allowInsecureSchema,
  realm: templateSchema,
  auth: keycloakAuthSchema,
  pageSize: z.int().min(2).max(1000).optional().meta({
    description: 'Clients in one page of a listing; default 50.',
  }),
  pagesInFlight: z
    .int()
    .min(1)
    .max(16)
    .default(4)
    .meta({ description: 'Pages that are asked for at the same time; the default is the measured optimum.' }),
});

const auth0Schema = z.strictObject({
  domain: domainSchema.meta({ description: 'Such as acme-dev.eu.auth0.com.' }),
  auth: z.strictObject({ clientId: templateSchema, clientSecret: credentialSchema }),
  onRequestScopes: z
    .enum(['refuse', 'grant'])
    .default('refuse')
    .meta({ description: 'Auth0 cannot keep a granted scope out of a token that asks for none.' }),
  requestsPerSecond: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .meta({ description: "No more requests than this begin in any second: the tenant's limits are shared by all." }),
});

const authMountSchema = templateSchema.optional().meta({ description: 'Where the auth method is mounted.' });

const jwtSchema = z
  .strictObject({
    role: templateSchema,
    token: credentialSchema.optional(),
    github: z
      .strictObject({ audience: templateSchema })
      .optional()
      .meta({ description: 'Take the token from GitHub Actions (needs id-token: write).' }),
    mount: authMountSchema,
  })
  .superRefine((jwt, context) => {
    if ((jwt.token === undefined) === (jwt.github === undefined)) {
      context.addIssue({ code: 'custom', message: 'must hold exactly one of token, github' });
    }
  });

const vaultAuthSchema = oneOf(
  {
    token: credentialSchema.optional(),
    approle: z.strictObject({ roleId: templateSchema, secretId: credentialSchema, mount: authMountSchema }).optional(),
    jwt: jwtSchema.optional(),
    kubernetes: z.strictObject({ role: templateSchema, mount: authMountSchema }).optional(),
  },
  'How grantry logs in to Vault.',
);

const vaultSchema = z.strictObject({
  address: urlSchema.meta({ description: 'URL of the server.' }),
  allowInsecure: allowInsecureSchema,
  namespace: templateSchema.optional().meta({ description: 'Vault Enterprise namespace.' }),
  mount: templateSchema.meta({ description: 'Mount of a KV v2 secrets engine.' }),
  prefix: z.literal('').or(templateSchema).optional().meta({ description: 'Path before every document.' }),
  auth: vaultAuthSchema,
});

const fileSchema = z.strictObject({
  path: templateSchema.meta({ description: 'Directory, relative to where grantry runs.' }),
  recipients: z
    .array(templateSchema)
    .min(1, { error: 'must hold at least one age recipient; remove the key to derive it from identity' })
    .optional()
    .meta({ description: 'age recipients (age1…). Default: the one of identity.' }),
  identity: credentialSchema,
});

const guardsSchema = z
  .strictObject({
    maxDeletes: z.int({ error: 'must be a whole number' }).min(0, { error: 'must not be negative' }).default(5),
    maxDeletePercent: z
      .number({ error: 'must be a number' })
      .min(0, { error: 'must be between 0 and 100' })
      .max(100, { error: 'must be between 0 and 100' })
      .default(20)
      .meta({ description: "Of the stack's clients, from 10 clients up." }),
    protect: z.array(textSchema).default([]).meta({ description: 'Globs on metadata.name.' }),
    grantable: z
      .array(
        textSchema.regex(/^(?:owner:.|stack:.|[^:]+$)/, {
          error: 'must be owner:GLOB, stack:GLOB, or a glob on the name of an Api',
        }),
      )
      .optional()
      .meta({
        description:
          'Which Apis with managed: false may be granted here: owner:GLOB, stack:GLOB, or a glob on metadata.name. Default: all.',
      }),
    maxCredentialAge: positiveDurationSchema.optional(),
  })
  .meta({ description: 'Limits that a plan must keep.' });

/** spec of a Target: one realm or tenant, its secret store and its guards. */
export const targetSpecSchema = z
  .strictObject({
    stack: templateSchema
      .regex(/^\S(?:.*\S)?$/s, { error: 'must have no blanks at its ends' })
      .refine(fitsMark, { error: MARK_ERROR })
      .meta({ description: 'The owner name: what grantry may change and prune here.' }),
    provider: oneOf({ keycloak: keycloakSchema.optional(), auth0: auth0Schema.optional() }, 'The identity provider.'),
    store: oneOf({ vault: vaultSchema.optional(), file: fileSchema.optional() }, 'Where credentials are delivered.'),
    rotate: rotateSchema.optional(),
    guards: guardsSchema.optional(),
  })
  .meta({ description: 'One realm or tenant, its secret store and its guards.' });

/** A valid spec of a Target; `${env:NAME}` is still in it. */
export type TargetSpec = z.output<typeof targetSpecSchema>;
