import * as z from 'zod';
import { authSchema } from '../../credentials/auth.ts';
import { CLIENT_STATES } from '../../model/desired.ts';
import { valueAt } from '../values.ts';
import { lineSchema, nameSchema, overridesSchema, rotateSchema, targetsSchema, textSchema } from './parts.ts';
import type { SchemaParts } from './settings.ts';

const scopeListSchema = z.array(textSchema);

const accessSchema = z
  .strictObject({
    api: nameSchema.meta({ description: 'Name of an Api.' }),
    scopes: scopeListSchema.default([]).meta({ description: 'In every token.' }),
    onRequest: scopeListSchema
      .default([])
      .meta({ description: 'Only in tokens that ask for it by the scope parameter.' }),
    until: z.iso
      .date({ error: 'must be a day such as 2027-03-31' })
      .optional()
      .meta({ description: 'After that day (UTC) plans take the access away.' }),
    reason: lineSchema.optional().meta({ description: 'Why it is there; plans show it beside what it gives.' }),
  })
  .meta({ description: 'What the Client may do at one Api.' });

const credentialSchema = z
  .strictObject({
    path: textSchema
      .optional()
      .meta({ description: "Where the credential is delivered, inside the Target's prefix. Default: the name." }),
    deliver: z.boolean({ error: 'must be true or false' }).default(true).meta({
      description:
        'false: of a client that is there already, its owner keeps the credential that it has; grantry delivers and rotates none. Default true.',
    }),
    rotate: rotateSchema.optional(),
  })
  .meta({ description: 'Where the credential goes and how often it is rotated.' });

const SHAPE = {
  clientId: lineSchema
    .max(255, { error: 'must have at most 255 characters' })
    .optional()
    .meta({ description: 'The client_id, where the server lets us choose it. Default: the name.' }),
  access: z.array(accessSchema).default([]).meta({ description: 'Which Apis it may call, with which scopes.' }),
  auth: authSchema.default('client_secret_basic').meta({ description: 'How it authenticates at the token endpoint.' }),
  state: z.enum(CLIENT_STATES).default('enabled').meta({
    description: 'disabled: the server refuses the client, whose credential and document stay. Default enabled.',
  }),
  credential: credentialSchema.optional(),
  overrides: overridesSchema.optional(),
  targets: targetsSchema.optional(),
};

/** spec of a Client: a confidential machine-to-machine client. Beside it stand the settings that only one provider has, by its kind. */
export function makeClientSpecSchema(providers: SchemaParts['providers']) {
  const ofProviders = Object.fromEntries(
    providers.map(({ kind, clientSettings }) => [kind, clientSettings.optional()]),
  );
  const shape: typeof SHAPE = { ...SHAPE, ...ofProviders };
  return z.strictObject(shape).meta({ description: 'A confidential machine-to-machine client.' });
}

/** A valid spec of a Client, as written. */
export type ClientSpec = z.output<ReturnType<typeof makeClientSpecSchema>>;

/** The settings in a Client that only this kind of provider has. */
export function clientSettingsOf(spec: ClientSpec | undefined, kind: string): unknown {
  return valueAt(spec, [kind]);
}
