import { z } from 'zod';
import { DELIVERY_REASONS, GUARD_NAMES } from '../model/plan.ts';
import { DANGERS } from '../engine/plan/danger.ts';

/**
 * The documents that `--format json` writes, as schemas: schema/output.schema.json is made from them. No command loads
 * this module; tests hold what the renderers write against it. Objects are strict here, so that a member that nobody
 * described is noticed; the published schema lets unknown ones pass, for new members may come at any time.
 */
const texts = z.array(z.string());
const total = z.int().min(0);
const address = z
  .templateLiteral([z.enum(['Api', 'Client', 'Rotation']), '/', z.string()])
  .describe('Such as Client/order-service')
  .meta({ id: 'address' });
const op = z.enum(['create', 'update', 'adopt', 'deliver', 'delete']);
const danger = z.enum(DANGERS);
const guard = z.enum(GUARD_NAMES);

const formatVersion = z.literal(1).describe('Changes when a reader would have to');
const origin = {
  target: z.string(),
  stack: z.string(),
  provider: z.string().describe('Such as Keycloak http://localhost:8080 realm acme'),
  store: z.string().describe('Such as Vault secret/m2m'),
};

const finding = z
  .strictObject({
    severity: z.enum(['error', 'warning']),
    rule: z.string().describe('The stable name of the rule that found it'),
    message: z.string(),
    suggestion: z.string().optional().describe('The nearest valid name'),
    file: z.string(),
    line: z.int().min(1),
    column: z.int().min(1),
    sourceLine: z.string().optional().describe('The offending line, credentials hidden'),
  })
  .meta({ id: 'finding' });

const validate = z
  .strictObject({
    formatVersion,
    kind: z.literal('validate'),
    valid: z.boolean(),
    files: total,
    apis: total,
    clients: total,
    targets: total,
    findings: z.array(finding),
  })
  .meta({ id: 'validate' });

const field = z.strictObject({
  path: texts,
  before: z.json().optional().describe('Absent: was not there'),
  after: z.json().optional().describe('Absent: will not be there'),
  widens: z.boolean().describe('Gives somebody more power'),
  note: z.string().optional(),
});

const delivery = z.strictObject({
  client: z.string(),
  clientId: z.string(),
  path: z.string().describe("Inside the store's prefix"),
  place: z.string().describe('As output names it'),
  facts: z.record(z.string(), z.string()).describe('What the document tells beside the credential'),
  reason: z.enum(DELIVERY_REASONS),
  pathIsEmpty: z.boolean().describe('Nothing was at the path'),
  since: z
    .number()
    .optional()
    .describe('Since when the secret is there, in Unix seconds, where the provider does not tell'),
  alreadyDelivered: z.literal(true).optional().describe('The client was delivered to the place before'),
  adopt: z.literal(true).optional().describe('A document that carries no mark may be taken over'),
  movedFrom: z.string().optional().describe('The path that it was delivered to before'),
  told: z
    .record(z.string(), z.string())
    .optional()
    .describe('What the document that is there tells of audience, issuer and token_url, as far as that is noted'),
  former: z
    .strictObject({ client: z.string(), clientId: z.string() })
    .optional()
    .describe('As whom the client was delivered to the place before'),
  lostMark: z.literal(true).optional().describe('The document that is there carries no mark any more'),
});

const delivered = z
  .strictObject({
    at: z.number().nullable(),
    place: z.string(),
    path: z.string(),
    facts: z.string(),
    since: z.number().optional(),
  })
  .describe('The document that will be marked as retired');

const change = z.strictObject({
  address,
  op,
  id: z.string().optional().describe("The provider's own id; absent for what is created"),
  owner: z.string(),
  reason: z.string(),
  widens: z.boolean().describe('Gives somebody more power'),
  dangers: z.array(danger).describe('Why a reviewer must not miss it, the worst first'),
  heldOutside: texts.optional().describe('Clients outside the stack that hold its scopes: their tokens change with it'),
  folderOf: texts.optional().describe('Other owners in whose folder of the store its secret comes to lie'),
  dependsOn: z.array(address),
  fields: z.array(field),
  delivery: delivery.optional().describe('The document that will be written to the store, without its secret'),
  delivered: delivered.optional(),
});

const plan = z
  .strictObject({
    formatVersion,
    kind: z.literal('plan'),
    ...origin,
    selection: z
      .strictObject({
        only: texts.describe('As --only named it'),
        changedSince: z
          .strictObject({ ref: z.string(), commit: z.string() })
          .optional()
          .describe('What the manifests were compared with'),
        addresses: z.array(address).describe('Everything that was looked at'),
      })
      .optional()
      .describe('The part of the target that was looked at; absent: all of it'),
    summary: z.strictObject({
      create: total,
      update: total,
      adopt: total,
      deliver: total,
      delete: total,
      widening: total.describe('Changes that give somebody more power'),
      dangers: z.record(danger, total).describe('Changes of each dangerous kind'),
      letGo: z.array(address).describe("Apis with the stack's mark that manifests say another stack owns"),
      conflicts: total,
      unchanged: z.strictObject({ apis: total, clients: total }),
    }),
    conflicts: z.array(z.strictObject({ address, reason: z.string(), hint: z.string() })),
    guards: z.array(z.strictObject({ guard, reason: z.string() })).describe('Guards that the plan breaks'),
    changes: z.array(change).describe('The most dangerous first'),
    notices: texts,
  })
  .meta({ id: 'plan' });

const milliseconds = z.number().describe('Milliseconds');
const iso = z.string().describe('ISO 8601');

const checks = z.array(
  z.strictObject({
    claim: z.string(),
    outcome: z.enum(['passed', 'failed', 'not-testable']),
    detail: z.string().optional().describe('What was found instead, or why it cannot be tested'),
  }),
);

const proof = z
  .strictObject({
    address,
    place: z.string(),
    storeVersion: total.optional(),
    checks,
    credential: z
      .enum(['missing', 'refused'])
      .optional()
      .describe('Present where the credential itself is the trouble'),
    duration: milliseconds,
    proven: z.boolean(),
  })
  .meta({ id: 'proof' });

const rotationOp = z.enum(['rotate', 'revoke', 'retire']);

const audit = z.array(
  z.strictObject({
    time: z.string().describe('ISO 8601'),
    event: z.enum(['begun', 'done', 'failed']),
    who: z.string(),
    host: z.string(),
    run: z.string().optional().describe('The run of CI'),
    tool: z.string().describe('The version of grantry'),
    target: z.string(),
    stack: z.string(),
    address,
    op: z.enum([...op.options, ...rotationOp.options]),
    fields: texts.describe('Paths of the fields that change'),
    place: z.string().optional().describe('Where a credential was delivered'),
    storeVersion: total.optional(),
    reason: z.string().optional().describe('Why it failed'),
  }),
);

const proofCounts = {
  proven: total,
  notProven: total,
  nothingToProve: total.describe('Clients that may call nothing, at a provider that gives such a client no token'),
  partlyTestable: total,
};

const brokeLock = z.string().optional().describe('Whose lock was broken for this run');

const apply = z
  .strictObject({
    formatVersion,
    kind: z.literal('apply'),
    ...origin,
    startedAt: z.string().describe('ISO 8601'),
    interrupted: z.boolean().describe('The user stopped it: what is not in the results was not begun'),
    brokeLock,
    overriddenGuards: z.array(guard),
    summary: z.strictObject({ done: total, doneBefore: total, failed: total, skipped: total, ...proofCounts }),
    results: z
      .array(
        z.strictObject({
          address,
          op,
          outcome: z.enum(['done', 'done-before', 'failed', 'skipped']),
          reason: z.string().optional(),
          hint: z.string().optional(),
          storeVersion: total.optional(),
          duration: z.number().describe('Milliseconds'),
        }),
      )
      .describe('In the order in which they ended'),
    proofs: z.array(proof),
    audit,
  })
  .meta({ id: 'apply' });

const verify = z
  .strictObject({
    formatVersion,
    kind: z.literal('verify'),
    ...origin,
    summary: z.strictObject(proofCounts),
    proofs: z.array(proof),
  })
  .meta({ id: 'verify' });

const rotate = z
  .strictObject({
    formatVersion,
    kind: z.literal('rotate'),
    ...origin,
    startedAt: iso,
    interrupted: z.boolean().describe('The user stopped it: what is skipped was not begun'),
    brokeLock,
    summary: z.strictObject({
      rotated: total,
      cleared: total.describe('Secrets before that were taken away long after their overlap'),
      failed: total,
      refused: total,
      skipped: total,
      waiting: total.describe('How many more are due, beyond --max'),
    }),
    results: z.array(
      z.strictObject({
        address,
        op: rotationOp,
        outcome: z
          .enum(['done', 'finished', 'failed', 'refused', 'skipped'])
          .describe('finished: a run before had begun it'),
        place: z.string().describe('Of the document; empty where nothing is known of it'),
        storeVersion: total.optional(),
        overlapUntil: iso.optional().describe('Until when the previous secret is accepted too: ISO 8601'),
        gap: z
          .strictObject({ ms: milliseconds, atMost: z.boolean() })
          .optional()
          .describe('For how long no credential in the store was accepted; absent: there was an overlap'),
        checks,
        reason: z.string().optional(),
        hint: z.string().optional(),
        duration: milliseconds,
      }),
    ),
    notices: texts,
    audit,
  })
  .meta({ id: 'rotate' });

const seconds = z.number().describe('Seconds');

const status = z
  .strictObject({
    formatVersion,
    kind: z.literal('status'),
    ...origin,
    now: iso,
    summary: z.strictObject({ credentials: total, overdue: total, inOverlap: total }),
    credentials: z
      .array(
        z.strictObject({
          address,
          owner: z.string(),
          place: z.string().optional().describe('Absent: never delivered to this store'),
          storeVersion: total.optional(),
          madeAt: iso.optional(),
          age: seconds.optional(),
          dueAt: iso.optional().describe('When it is to be rotated: ISO 8601'),
          overdue: z.boolean(),
          overlapUntil: iso.optional().describe('Until when the previous secret is accepted too: ISO 8601'),
          refusedFrom: iso.optional().describe('When the provider stops accepting it, whatever anybody does: ISO 8601'),
          remarks: texts.describe('What is to be done about it'),
        }),
      )
      .describe('The most urgent first'),
    notices: texts,
  })
  .meta({ id: 'status' });

const errorCode = z.enum([
  'INVALID_INPUT',
  'FAILED',
  'INTERRUPTED',
  'CONFLICT',
  'STALE_PLAN',
  'GUARD',
  'LOCK_HELD',
  'HOST_NOT_ALLOWED',
  'NOT_CONFIRMED',
  'ROTATION_IN_OVERLAP',
  'UNREACHABLE',
  'NOT_ALLOWED',
  'UNKNOWN',
]);

const error = z
  .strictObject({
    formatVersion,
    kind: z.literal('error'),
    target: z.string().optional().describe('One of several targets'),
    code: errorCode,
    message: z.string(),
    hint: z.string().optional(),
    exitCode: z.literal([1, 3, 4]),
    findings: z.array(finding).optional().describe('What is wrong with the manifests'),
    plan: plan.optional().describe('The plan that has something in its way'),
  })
  .meta({ id: 'error' });

const document = z.discriminatedUnion('kind', [plan, apply, verify, rotate, status, error]);

const targets = z
  .strictObject({
    formatVersion,
    kind: z.literal('targets'),
    exitCodes: z.record(z.string(), z.int().min(0).max(4)).describe('How the work on each target ended'),
    targets: z.array(document).describe('One for each target, in the order of their names'),
  })
  .meta({ id: 'targets' });

/** Any document that a command writes with `--format json`. */
export const outputSchema = z.discriminatedUnion('kind', [
  validate,
  plan,
  apply,
  verify,
  rotate,
  status,
  error,
  targets,
]);

/** The published JSON Schema of the same. */
export function makeOutputSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(outputSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, title: 'What grantry writes with --format json', ...schema };
}
