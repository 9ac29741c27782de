import { z } from 'zod';
import { resolvedAuthSchema } from '../../../credentials/auth.ts';
import { KINDS } from '../../../model/address.ts';
import { CLIENT_STATES } from '../../../model/desired.ts';
import { DELIVERY_REASONS, GUARD_NAMES } from '../../../model/plan.ts';
import { MAX_SECONDS } from '../../../model/text/duration.ts';
import { SIGNING_ALGORITHMS } from '../../../model/signing-algorithms.ts';
import { TOKEN_TYPES } from '../../../model/token-form.ts';

/**
 * The saved plan as a schema: what `apply plan.json` accepts, and what schema/plan.schema.json is made from.
 * Unknown keys are refused: a plan that says more than this version understands is not carried out.
 */
const names = z.array(z.string());
/** What a duration of a manifest can be at most: a date is made of it. */
const seconds = z.number().int().min(0).max(MAX_SECONDS);
const fields = z.record(z.string(), z.json()).describe("The object in its provider's fields");
const address = z.templateLiteral([z.enum(KINDS), '/', z.string()]);
const facts = z.record(z.string(), z.string()).describe('What the document says beside the credential');

/** A document to write, as a saved plan and the output of plan have it. */
export const delivery = z.strictObject({
  client: z.string(),
  clientId: z.string(),
  path: z.string().describe("Inside the store's prefix"),
  place: z.string().describe('As output names it'),
  facts,
  reason: z.enum(DELIVERY_REASONS).describe('guessable: the secret is replaced first'),
  pathIsEmpty: z.boolean().describe('Nothing was at the path'),
  movedFrom: z.string().optional().describe('The path that it was delivered to before'),
  leftPlace: z.string().optional().describe('That place as output names it, where it lies in the former store'),
  factsBefore: facts
    .optional()
    .describe('What the document that is there says of audience, issuer and token_url, as far as that is noted'),
  former: z
    .strictObject({ client: z.string(), clientId: z.string() })
    .optional()
    .describe('As whom the client was delivered to the place before'),
  lostMark: z.literal(true).optional().describe('The document that is there carries no mark any more'),
  since: z
    .number()
    .optional()
    .describe('Since when the secret is there, in Unix seconds, where the provider does not say'),
  alreadyDelivered: z.literal(true).optional().describe('The client was delivered to the place before'),
  overlap: seconds.optional().describe('How long keys from before are accepted, should a new one be made; seconds'),
  adopt: z.literal(true).optional().describe('A document that carries no mark may be taken over'),
});

/** A document to mark as retired. */
export const delivered = z.strictObject({
  at: z.number().nullable(),
  place: z.string(),
  path: z.string(),
  facts: z.string(),
  since: z.number().optional(),
});

const base = {
  address,
  owner: z.string(),
  reason: z.string(),
  dependsOn: z.array(address),
  notes: z.record(z.string(), z.string()).describe('Remarks on single fields, by path joined with blanks'),
  foreign: z
    .record(z.string(), z.string())
    .optional()
    .describe('Fields by which the change reaches what others own, by path joined with blanks: whose that is'),
  secretMadeAt: z.number().nullable().describe("When the client's secret was made, in Unix seconds"),
  fingerprint: z.string().nullable().describe('SHA-256 of the object as it was read; null: it was not there'),
};

const change = z.discriminatedUnion('op', [
  z.strictObject({ ...base, op: z.literal('create'), after: fields, delivery: delivery.optional() }),
  z.strictObject({
    ...base,
    op: z.literal('update'),
    id: z.string(),
    before: fields,
    after: fields,
    delivery: delivery.optional(),
  }),
  z.strictObject({
    ...base,
    op: z.literal('adopt'),
    from: z.array(z.string().nullable()).describe('The stacks whose marks it, or its parts, carry; null: no mark'),
    id: z.string(),
    before: fields,
    after: fields,
    delivery: delivery.optional(),
  }),
  z.strictObject({ ...base, op: z.literal('delete'), id: z.string(), before: fields, delivered: delivered.optional() }),
  z.strictObject({ ...base, op: z.literal('deliver'), id: z.string(), after: fields, delivery }),
]);

const rotate = z
  .strictObject({ every: seconds, overlap: seconds, endWhen: z.literal('unused').optional() })
  .describe('Seconds');

const desired = z.strictObject({
  apis: z.array(
    z.strictObject({
      name: z.string(),
      owner: z.string(),
      description: z.string(),
      audience: z.string(),
      tokenLifetime: z.number().optional().describe('Seconds'),
      senderConstrained: z.literal('dpop').optional(),
      tokenAlg: z.enum(SIGNING_ALGORITHMS).optional(),
      tokenType: z.enum(TOKEN_TYPES).optional(),
      claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).describe('Constants in tokens'),
      introspectedBy: z.string().optional(),
      managed: z.boolean(),
      scopes: z.array(z.strictObject({ name: z.string(), description: z.string() })),
    }),
  ),
  clients: z.array(
    z.strictObject({
      name: z.string(),
      clientId: z.string(),
      owner: z.string(),
      description: z.string(),
      labels: z.record(z.string(), z.string()),
      access: z.array(
        z.strictObject({
          api: z.string(),
          scopes: names,
          onRequest: names,
          until: z.string().optional().describe('The last day, in UTC'),
          reason: z.string().optional(),
        }),
      ),
      ended: z.array(z.strictObject({ api: z.string(), until: z.string() })).optional(),
      auth: resolvedAuthSchema,
      state: z.enum(CLIENT_STATES),
      credential: z.strictObject({ path: z.string(), rotate, deliver: z.literal(false).optional() }),
      settings: z.object({ kind: z.string() }).catchall(z.json()).describe('What only the provider of this kind has'),
    }),
  ),
  overlaps: z.array(z.number()).describe('Overlaps of rotations that the provider is set up for; seconds'),
});

export const planSchema = z.strictObject({
  formatVersion: z.literal(2),
  kind: z.literal('plan'),
  tool: z.string().describe('The version of grantry that made it'),
  createdAt: z.string().describe('ISO 8601; everything else is the same for the same inputs, byte for byte'),
  lastApply: z.string().nullable().describe('The last apply in the ledger before the plan was made; null: none'),
  target: z.string(),
  stack: z.string(),
  provider: z.string(),
  store: z.string(),
  changes: z.array(change).describe('Deletes first'),
  conflicts: z.array(z.strictObject({ address, reason: z.string(), hint: z.string() })),
  guards: z.array(z.strictObject({ guard: z.enum(GUARD_NAMES), reason: z.string() })),
  unchanged: z.strictObject({ apis: z.number(), clients: z.number() }),
  selection: z
    .strictObject({
      only: names.describe('As --only named it'),
      changedSince: z.strictObject({ ref: z.string(), commit: z.string() }).optional(),
      addresses: z.array(address).describe('Everything that was looked at'),
    })
    .optional()
    .describe('The part of the target that was looked at; absent: all of it'),
  desired: desired.describe('What the manifests said, as far as these changes follow from it'),
  desiredDigest: z.string().describe('SHA-256 of desired'),
});
