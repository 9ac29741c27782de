import { planDocument, renderPlan } from '../../../test/support/bench/field-words.ts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { begunEvent, begunRotation, endedEvent, endedRotation } from '../../engine/ledger/audit.ts';
import { checkSources } from '../../../test/support/check-sources.ts';
import { GrantryError, InvalidManifests, exitCodeOf, type ErrorCode } from '../../model/errors.ts';
import type { BrokenGuard } from '../../model/plan.ts';
import type { ApplyReport, RotateReport } from '../../model/report.ts';
import {
  anyChange,
  anyPlan,
  anyReport,
  anyResult,
  anyRotateReport,
  anyDoctor,
  anyStatus,
  hostileText,
} from '../../../test/support/bench/plan-arbitraries.ts';
import {
  makeStyle,
  renderApply,
  renderError,
  renderRotate,
  renderDoctor,
  renderStatus,
  renderTargets,
  renderValidation,
  renderVerify,
} from '../index.ts';
import { makeOutputSchema, outputSchema } from './output-schema.ts';

const json = { format: 'json', style: makeStyle({ color: false, unicode: true }) } as const;
const RUNS = { numRuns: 100 };

/** Every member must be described, and nothing that is described may be missing. */
function expectDescribed(text: string): void {
  const { success, error } = outputSchema.safeParse(JSON.parse(text));
  expect(error?.issues ?? []).toEqual([]);
  expect(success).toBe(true);
}

const guards = fc.subarray<BrokenGuard>([
  { guard: 'maxDeletes', reason: 'too many' },
  { guard: 'maxDeletePercent', reason: 'too many of them' },
  { guard: 'protect', reason: 'protected' },
  { guard: 'vanished', reason: 'all gone' },
]);

/** An apply with real events in its audit log. */
const auditedReport: fc.Arbitrary<ApplyReport> = fc
  .tuple(anyReport, anyChange, anyResult, fc.option(hostileText, { nil: undefined }))
  .map(([report, change, result, run]) => {
    const about = { target: 'dev', stack: 'acme', tool: '1.2.3', who: 'me', host: 'here', run };
    const time = '2026-11-22T10:00:00.000Z';
    return { ...report, audit: [begunEvent(change, about, time), endedEvent(change, result, about, time)] };
  });

/** A rotation with real events in its audit log. */
const anyRotation: fc.Arbitrary<RotateReport> = anyRotateReport.map((report) => {
  const about = { target: 'dev', stack: 'acme', tool: '1.2.3', who: 'me', host: 'here', run: undefined };
  const time = '2026-11-22T10:00:00.000Z';
  return {
    ...report,
    audit: report.results.flatMap((result) => [begunRotation(result, about, time), endedRotation(result, about, time)]),
  };
});

describe('the JSON output', () => {
  it('has a published schema, which lets members pass that it does not know', async () => {
    const text = `${JSON.stringify(makeOutputSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot('../../../schema/output.schema.json');
    expect(text).not.toContain('"additionalProperties": false');
  });

  it('of plan is as the schema says', () => {
    const property = fc.property(anyPlan, guards, fc.array(hostileText), (plan, broken, notices) =>
      expectDescribed(renderPlan({ ...plan, guards: broken }, { ...json, notices })),
    );
    fc.assert(property, RUNS);
  });

  it('of rotate and status is as the schema says', () => {
    const property = fc.property(anyRotation, anyStatus, anyDoctor, (rotation, status, doctor) => {
      expectDescribed(renderRotate(rotation, json));
      expectDescribed(renderStatus(status, json));
      expectDescribed(renderDoctor(doctor, json));
    });
    fc.assert(property, RUNS);
  });

  it('of apply and verify is as the schema says', () => {
    const property = fc.property(auditedReport, (report) => {
      expectDescribed(renderApply(report, json));
      expectDescribed(renderVerify(report, json));
    });
    fc.assert(property, RUNS);
  });

  it('of validate is as the schema says, with any kind of finding', () => {
    const texts = [
      'kind: Clint\nmetadata: {name: a}\n',
      'apiVersion: grantry/v1\nkind: Client\nmetadata: {name: A, owner: o, description: d}\nspec: {acess: []}\n',
      'a: [1\n',
      '',
    ];
    for (const text of texts) {
      const { findings } = checkSources([{ name: 'a.yaml', text }]);
      expectDescribed(renderValidation({ files: 1, apis: 0, clients: 0, targets: 0, findings }, json));
      expectDescribed(renderError(new InvalidManifests('wrong', findings), json));
    }
  });

  it('of failures is as the schema says: each code, also of one target, also of what is not ours', () => {
    // A record: none can be left out.
    const codes: { readonly [Code in ErrorCode]: Code } = {
      INVALID_INPUT: 'INVALID_INPUT',
      FAILED: 'FAILED',
      INTERRUPTED: 'INTERRUPTED',
      CONFLICT: 'CONFLICT',
      STALE_PLAN: 'STALE_PLAN',
      GUARD: 'GUARD',
      LOCK_HELD: 'LOCK_HELD',
      HOST_NOT_ALLOWED: 'HOST_NOT_ALLOWED',
      NOT_CONFIRMED: 'NOT_CONFIRMED',
      ROTATION_IN_OVERLAP: 'ROTATION_IN_OVERLAP',
      UNREACHABLE: 'UNREACHABLE',
      NOT_ALLOWED: 'NOT_ALLOWED',
    };
    for (const code of Object.values(codes)) {
      expectDescribed(renderError(new GrantryError(code, 'wrong', { hint: 'right it' }), { ...json, target: 'dev' }));
      expect(JSON.parse(renderError(new GrantryError(code, 'wrong'), json))).toMatchObject({
        exitCode: exitCodeOf(code),
      });
    }
    expectDescribed(renderError(new TypeError('not ours'), json));
    const property = fc.property(anyPlan, (plan) =>
      expectDescribed(
        renderError(new GrantryError('CONFLICT', 'in the way', { details: { plan: planDocument(plan) } }), json),
      ),
    );
    fc.assert(property, RUNS);
  });

  it('of several targets is as the schema says', () => {
    const property = fc.property(anyPlan, anyReport, (plan, report) => {
      const failure = renderError(new GrantryError('UNREACHABLE', 'away'), { ...json, target: 'dev' });
      expectDescribed(renderTargets([renderPlan(plan, json), renderApply(report, json), failure], [], json));
      expectDescribed(renderTargets([renderVerify(report, json)], [], json));
    });
    fc.assert(property, RUNS);
    expectDescribed(renderTargets([], [], json));
  });
});
