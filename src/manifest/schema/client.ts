import * as z from 'zod';
import { authSchema } from '../../credentials/auth.ts';
import {
  lineSchema,
  nameSchema,
  overridesSchema,
  proseSchema,
  rotateSchema,
  targetsSchema,
  textSchema,
} from './parts.ts';

const scopeListSchema = z.array(textSchema);

const accessSchema = z
  .strictObject({
    api: nameSchema.meta({ description: 'Name of an Api.' }),
    scopes: scopeListSchema.default([]).meta({ description: 'In every token.' }),
    onRequest: scopeListSchema
      .default([])
      .meta({ description: 'Only in tokens that ask for it by the scope parameter.' }),
  })
  .meta({ description: 'What the Client may do at one Api.' });

/** Keycloak names roles in the paths of requests, where dots alone lead elsewhere. */
const roleSchema = lineSchema
  .max(255, { error: 'must have at most 255 characters' })
  .regex(/^(?!\.{1,2}$)/, { error: 'must not be "." or "..": a request could not name that role' });

const serviceAccountRolesSchema = z.strictObject({
  realm: z.array(roleSchema).default([]).meta({ description: 'Realm roles.' }),
  clients: z.record(lineSchema, z.array(roleSchema)).default({}).meta({ description: 'Client roles, by client_id.' }),
});

const keycloakSchema = z
  .strictObject({
    serviceAccountRoles: serviceAccountRolesSchema
      .optional()
      .meta({ description: 'Roles of the service account that its tokens carry.' }),
    attributes: z.record(lineSchema, proseSchema).optional().meta({
      description: 'Attributes of the Keycloak client. Others are taken away, unless they are known to be harmless.',
    }),
  })
  .meta({ description: 'Settings that only Keycloak has.' });

const auth0Schema = z
  .strictObject({
    metadata: z.record(lineSchema, z.json()).optional().meta({ description: 'client_metadata of the application.' }),
  })
  .meta({ description: 'Settings that only Auth0 has.' });

const credentialSchema = z
  .strictObject({
    path: textSchema
      .optional()
      .meta({ description: "Where the credential is delivered, inside the Target's prefix. Default: the name." }),
    rotate: rotateSchema.optional(),
  })
  .meta({ description: 'Where the credential goes and how often it is rotated.' });

/** spec of a Client: a confidential machine-to-machine client. */
export const clientSpecSchema = z
  .strictObject({
    clientId: lineSchema
      .max(255, { error: 'must have at most 255 characters' })
      .optional()
      .meta({ description: 'The client_id, where the server lets us choose it. Default: the name.' }),
    access: z.array(accessSchema).default([]).meta({ description: 'Which Apis it may call, with which scopes.' }),
    auth: authSchema
      .default('client_secret_basic')
      .meta({ description: 'How it authenticates at the token endpoint.' }),
    credential: credentialSchema.optional(),
    overrides: overridesSchema.optional(),
    targets: targetsSchema.optional(),
    keycloak: keycloakSchema.optional(),
    auth0: auth0Schema.optional(),
  })
  .meta({ description: 'A confidential machine-to-machine client.' });

/** A valid spec of a Client, as written. */
export type ClientSpec = z.output<typeof clientSpecSchema>;
