import { backendsOf, fieldWordsOf } from '../../cli/backends.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type {
  FormatOptions,
  ParallelismOptions,
  TargetOptions,
  WritingOptions,
} from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { makeRunContext } from '../../cli/listeners/run-context.ts';
import { confirmPlan } from '../../cli/prompts/confirm-plan.ts';
import { forEachTarget } from '../../cli/targets.ts';
import { parseAdoption } from '../../engine/plan/adoption.ts';
import { readSavedPlan } from '../../engine/plan/saved/read-plan.ts';
import type { ApplyRequest } from '../../engine/run/apply/apply-request.ts';
import { applyTarget } from '../../engine/run/apply/apply-target.ts';
import { ObstructedPlan } from '../../engine/run/apply/obstructed-plan.ts';
import type { OpenTarget } from '../../engine/run/open-target.ts';
import { exitCodeOfOutcome } from '../../engine/run/outcome.ts';
import { GrantryError } from '../../model/errors.ts';
import { GUARD_NAMES } from '../../model/plan.ts';
import type { GuardName } from '../../model/plan.ts';
import { isOneDocument, makeStyle, planDocument, renderApply, renderPlan } from '../../report/index.ts';

export interface ApplyOptions extends TargetOptions, FormatOptions, ParallelismOptions, WritingOptions {
  /** A saved plan, or none. */
  readonly args: readonly string[];
  readonly autoApprove: boolean;
  readonly proof: boolean;
  readonly checkStore: boolean;
  readonly adopt: readonly string[];
  readonly overrideGuard: readonly string[];
  readonly purgeStore: boolean;
}

/** Makes each target as the manifests say, or as a saved plan says, and proves what changed. */
export async function runApply(options: ApplyOptions, io: CommandIo): Promise<number> {
  const overrides = parseOverrides(options.overrideGuard);
  const [file] = options.args;
  const saved = file === undefined ? undefined : readSavedPlan(readPlanFile(file, io), file);
  const needs = {
    onlyOne: file === undefined ? undefined : 'a saved plan is of one target',
  };
  return forEachTarget(options, io, needs, (target, io) => applyTo(target, { saved, overrides }, options, io));
}

/** Makes one target as its manifests say, or as a saved plan says. */
export async function applyTo(
  target: OpenTarget,
  { saved, overrides }: Pick<ApplyRequest, 'saved' | 'overrides'>,
  options: ApplyOptions,
  io: CommandIo,
): Promise<number> {
  const { autoApprove, format } = options;
  const request: ApplyRequest = {
    saved,
    overrides,
    adoption: parseAdoption(options.adopt),
    checkStore: options.checkStore,
    purgeStore: options.purgeStore,
    proof: options.proof,
    parallelism: options.parallelism,
    lock: { timeout: options.lockTimeout * 1000, breakLock: options.breakLock },
    approval: {
      confirm: (plan) => confirmPlan(plan, { ...options, approved: autoApprove || saved !== undefined }, io),
      coversChanges: autoApprove,
    },
  };
  const outcome = await applyTarget(target, request, makeRunContext(io, options)).catch((error: unknown) => {
    throw error instanceof ObstructedPlan ? showObstructed(error, options, io) : error;
  });
  io.stdout.write(renderApply(outcome.report, { format, style: makeStyle(io.stdout) }));
  return exitCodeOfOutcome(outcome);
}

/** Shows the plan that something is in the way of: in JSON it is a part of the error. */
function showObstructed(
  { code, message, plan }: ObstructedPlan,
  { format }: FormatOptions,
  io: CommandIo,
): GrantryError {
  const words = fieldWordsOf(backendsOf(io));
  if (!isOneDocument(format)) io.stdout.write(renderPlan(plan, { format, style: makeStyle(io.stdout), words }));
  return new GrantryError(code, message, {
    hint: `All of it is listed ${isOneDocument(format) ? 'in the plan' : 'above'}, with a way out.`,
    details: { plan: planDocument(plan, words) },
  });
}

/** Reads `--override-guard`. */
function parseOverrides(names: readonly string[]): ReadonlySet<GuardName> {
  return new Set(
    names.map((name) => {
      const guard = GUARD_NAMES.find((known) => known === name);
      if (guard !== undefined) return guard;
      throw new GrantryError('INVALID_INPUT', `there is no guard "${name}"`, {
        hint: `Guards: ${GUARD_NAMES.join(', ')}`,
      });
    }),
  );
}

function readPlanFile(file: string, { cwd }: CommandIo): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    throw new GrantryError('INVALID_INPUT', `the plan ${file} ${isMissing ? 'does not exist' : 'cannot be read'}`, {
      hint: 'Make one with: grantry plan -t TARGET --out plan.json',
    });
  }
}
