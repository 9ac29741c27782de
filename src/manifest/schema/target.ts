import * as z from 'zod';
import { fitsMark } from '../../model/mark-text.ts';
import { MARK_ERROR, lineSchema, positiveDurationSchema, rotateSchema, textSchema } from './parts.ts';
import { oneOf, templateSchema } from './settings.ts';
import type { NamedSettings, SchemaParts } from './settings.ts';

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

const ignoreSchema = z
  .array(
    z.strictObject({
      client: textSchema.meta({ description: 'A glob on the client_id; * stands for slashes, too.' }),
      reason: lineSchema.meta({ description: 'Why no manifest is to declare it.' }),
    }),
  )
  .meta({ description: 'Clients that import leaves alone, and import --check does not miss.' });

/** spec of a Target: one realm or tenant, its secret store and its guards. */
export function makeTargetSpecSchema({ providers, stores }: SchemaParts) {
  return z
    .strictObject({
      stack: templateSchema
        .regex(/^\S(?:.*\S)?$/s, { error: 'must have no blanks at its ends' })
        .refine(fitsMark, { error: MARK_ERROR })
        .meta({ description: 'The owner name: what grantry may change and prune here.' }),
      provider: oneOf(settingsOf(providers), 'The identity provider.'),
      store: oneOf(settingsOf(stores), 'Where credentials are delivered.'),
      formerStore: oneOf(
        settingsOf(stores),
        'Where credentials were delivered before `store` was another: what lies there is marked as retired as it moves.',
      ).optional(),
      rotate: rotateSchema.optional(),
      guards: guardsSchema.optional(),
      ignore: ignoreSchema.optional(),
    })
    .meta({ description: 'One realm or tenant, its secret store and its guards.' });
}

function settingsOf(backends: readonly NamedSettings[]): Record<string, z.ZodOptional<z.ZodType>> {
  return Object.fromEntries(backends.map(({ kind, settings }) => [kind, settings.optional()]));
}

/** A valid spec of a Target; `${env:NAME}` is still in it. */
export type TargetSpec = z.output<ReturnType<typeof makeTargetSpecSchema>>;
