import { z } from 'zod';
import { KINDS } from '../../../model/address.ts';
import { GUARD_NAMES } from '../../../model/plan.ts';

/** What the documents of several results have in common. */
export const texts = z.array(z.string());
export const total = z.int().min(0);
export const milliseconds = z.number().describe('Milliseconds');
export const iso = z.string().describe('ISO 8601');
export const address = z
  .templateLiteral([z.enum(KINDS), '/', z.string()])
  .describe('Such as Client/order-service')
  .meta({ id: 'address' });
export const op = z.enum(['create', 'update', 'adopt', 'deliver', 'delete']);
export const rotationOp = z.enum(['rotate', 'revoke', 'retire']);
export const guard = z.enum(GUARD_NAMES);
export const brokeLock = z.string().optional().describe('Whose lock was broken for this run');

/** The first member of every document. */
export const formatVersion = z.literal(1).describe('Changes when a reader would have to');

/** What was read. */
export const origin = {
  target: z.string(),
  stack: z.string(),
  provider: z.string().describe('Such as Keycloak http://localhost:8080 realm acme'),
  store: z.string().describe('Such as Vault secret/m2m'),
};

export const finding = z
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

export const checks = z.array(
  z.strictObject({
    claim: z.string(),
    outcome: z.enum(['passed', 'failed', 'not-testable']),
    detail: z.string().optional().describe('What was found instead, or why it cannot be tested'),
  }),
);

export const audit = z.array(
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
