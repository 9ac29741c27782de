import * as z from 'zod';
import { DURATION_PATTERN, POSITIVE_DURATION_PATTERN, parseDuration } from '../../model/text/duration.ts';
import { MAX_MARK_BYTES, fitsMark } from '../../model/mark-text.ts';

/** What `${env:NAME}` looks like; the only substitution there is. */
export const ENV_PATTERN = /\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g;

const NAME = /^[a-z0-9][a-z0-9-]*$/;
const NAME_ERROR = 'must be made of a-z, 0-9 and "-", and begin with a letter or digit';
// A bound of ours; what a provider takes is a rule of its own (`checkView` of its description).
const MAX_NAME = 255;

/** The name of an Api, Client or Target. */
export const nameSchema = z
  .string()
  .regex(NAME, { error: NAME_ERROR })
  .max(MAX_NAME, { error: `must have at most ${MAX_NAME} characters` })
  .meta({ description: 'Lower-case letters, digits and dashes; unique per kind.' });

/** Text that may not be empty. */
export const textSchema = z.string().min(1, { error: 'must not be empty' });

/** Text of several lines. Servers drop, refuse or change what is not allowed in it: nothing would ever be as declared. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is refused
export const proseSchema = z.string().regex(/^[^\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\p{Cs}]*$/u, {
  error: 'must have no control characters and no halves of surrogate pairs',
});

const LINE = /^(?:[^\p{Cc}\p{Cs}\s](?:[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s])?)?$/u;

/** Text of one line, which means what it says whatever keeps it. */
export const lineSchema = textSchema.regex(LINE, {
  error: 'must be one line, without control characters and without blanks at its ends',
});

export const MARK_ERROR = `must have at most ${MAX_MARK_BYTES} bytes`;

const ownerSchema = lineSchema.refine(fitsMark, { error: MARK_ERROR });

function durationOf(pattern: RegExp, error: string) {
  return z
    .string({ error: ({ input }) => (typeof input === 'number' ? error : undefined) })
    .regex(pattern, { error })
    .refine((text) => !pattern.test(text) || parseDuration(text) !== undefined, {
      error: 'is too long: at most 24855d',
    })
    .transform((text) => parseDuration(text) ?? 0)
    .meta({ description: 'A duration: a whole number and one of s, m, h, d. Such as 90s, 5m, 48h, 30d.' });
}

/** A duration, in seconds. */
const durationSchema = durationOf(DURATION_PATTERN, 'must be a duration such as 90s, 5m, 48h or 30d');

/** A duration of at least one second, in seconds. */
export const positiveDurationSchema = durationOf(
  POSITIVE_DURATION_PATTERN,
  'must be a duration above zero, such as 5m, 48h or 30d',
);

/** Rotation policy; what is left out comes from the target. */
export const rotateSchema = z
  .strictObject({
    every: positiveDurationSchema
      .optional()
      .meta({ description: 'A credential older than this is due for rotation. Default 90d.' }),
    overlap: durationSchema
      .optional()
      .meta({ description: 'How long the previous credential stays valid after a rotation. Default 48h.' }),
    endWhen: z.literal('unused').optional().meta({
      description:
        'Of private keys: the previous one stays until it was not used for as long as the overlap is, as login events show.',
    }),
  })
  .meta({ description: 'When credentials are rotated.' });

/** Free key-value pairs for people and policies. */
const labelsSchema = z.record(lineSchema, proseSchema).meta({ description: 'Free key-value pairs.' });

/** Names of Targets that an object is restricted to. */
export const targetsSchema = z
  .array(nameSchema)
  .min(1, { error: 'must name at least one Target; remove the key to mean all' })
  .meta({ description: 'Only in these Targets. Default: all.' });

/** JSON Merge Patches (RFC 7396) on spec, by Target name; the result is what must be valid. */
export const overridesSchema = z
  .record(nameSchema, z.record(z.string(), z.unknown()))
  .meta({ description: 'By Target name: a JSON Merge Patch (RFC 7396) on spec. null removes a key.' });

/** The part of every manifest that names it. */
export const metadataSchema = z
  .strictObject({
    name: nameSchema,
    owner: ownerSchema.optional().meta({ description: 'The team that answers for it.' }),
    description: proseSchema
      .min(1, { error: 'must not be empty' })
      .optional()
      .meta({ description: 'What it is for, in one line.' }),
    labels: labelsSchema.optional(),
  })
  .meta({ description: 'Name, owner and purpose.' });
