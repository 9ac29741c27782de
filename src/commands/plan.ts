import { resolve } from 'node:path';
import { readLastApply } from '../engine/ledger/ledger.ts';
import { settleFresh, settlePart } from '../engine/plan/settle-plan.ts';
import type { SurveyOptions } from '../engine/survey/survey-target.ts';
import type { DesiredState } from '../model/desired.ts';
import { GrantryError } from '../model/errors.ts';
import type { Plan, TargetPart } from '../model/plan.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import type { ActualState } from '../model/state.ts';
import { systemClock } from '../platform/clock.ts';
import { writeWhole } from '../platform/write-whole.ts';
import { parseAdoption } from '../engine/plan/adoption.ts';
import type { PlanInput } from '../engine/plan/build-plan.ts';
import { noticesOfPart } from '../engine/plan/part-conflicts.ts';
import { rotationNotices, waitingNotices } from '../engine/rotation/rotation-notices.ts';
import { savePlan } from '../engine/plan/saved/save-plan.ts';
import { describeProvider } from '../providers/describe.ts';
import { makeStyle, renderPlan } from '../report/index.ts';
import { describeStore } from '../stores/describe.ts';
import type { CommandIo, CommandOptions } from '../cli/context.ts';
import { selectParts } from '../cli/select-parts.ts';
import { forEachSelected, resolveSelected } from '../cli/targets.ts';
import { tellIdleAdoption } from '../cli/obstacles.ts';
import type { TargetAtHand } from '../cli/targets.ts';

/** Reads each target and prints what must change. Writes nothing but the file that `--out` names. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const survey = { checkStore: options.checkStore, adoption: parseAdoption(options.adopt) };
  const selected = await resolveSelected(options, io, {
    onlyOne: options.out === undefined ? undefined : 'a file holds the plan of one target',
    sideBySide: true,
  });
  const parts = await selectParts(options, selected, io);
  return forEachSelected(selected, options, io, async (target, io) => {
    const { plan, basis, notices, lastApply } = await makePlan(target, parts?.get(target.desired.target.name), {
      ...survey,
      saves: options.out !== undefined,
    });
    tellIdleAdoption(plan, survey.adoption, io);
    if (options.out !== undefined) {
      const createdAt = new Date(systemClock.now()).toISOString();
      writePlanFile(resolve(io.cwd, options.out), savePlan(plan, basis, { tool: io.version, createdAt, lastApply }));
    }
    target.show(renderPlan(plan, { format: options.format, style: makeStyle(io.stdout), notices }));
    if (plan.conflicts.length > 0 || plan.guards.length > 0) return 3;
    return options.detailedExitcode && plan.changes.length > 0 ? 2 : 0;
  });
}

interface Planned {
  readonly plan: Plan;
  /** What it follows from. */
  readonly basis: { readonly desired: DesiredState; readonly actual: ActualState };
  readonly notices: readonly string[];
  readonly lastApply: string | null;
}

async function makePlan(
  { desired, open }: TargetAtHand,
  part: TargetPart | undefined,
  { saves, ...options }: SurveyOptions & { readonly saves: boolean },
): Promise<Planned> {
  // Before the servers are opened: to log in is a request already.
  if (part?.addresses.length === 0) return planNothing(desired, part);
  const ports = await open();
  // Before all else is read: what is applied meanwhile came after it.
  const lastApply = saves ? await readLastApply(ports.store, desired.target.stack) : null;
  if (part === undefined) {
    const { plan, input } = await settleFresh(desired, ports, options);
    return { plan, basis: input, notices: notices(plan, input), lastApply };
  }
  const { plan, input } = await settlePart(part, desired, ports, options);
  const ofPart = noticesOfPart(plan.changes, { ...input, only: new Set(part.addresses) });
  return { plan, basis: input, notices: [...ofPart, ...notices(plan, input)], lastApply };
}

function notices({ changes }: Plan, input: PlanInput): string[] {
  const now = Math.floor(systemClock.now() / 1000);
  const { notices = [] } = input.actual;
  return [...notices, ...waitingNotices(changes, { ...input, now }), ...rotationNotices({ ...input, now })];
}

/** The plan of a part that holds nothing. */
function planNothing(desired: DesiredState, { undeclared: _undeclared, ...selection }: TargetPart): Planned {
  const { target } = desired;
  const plan: Plan = {
    target: target.name,
    stack: target.stack,
    provider: describeProvider(target.provider),
    store: describeStore(target.store),
    changes: [],
    conflicts: [],
    guards: [],
    unchanged: { apis: 0, clients: 0 },
    selection,
  };
  return {
    plan,
    basis: { desired, actual: { objects: [], impossible: [], listedClients: 0 } },
    notices: [],
    lastApply: null,
  };
}

function writePlanFile(path: string, plan: SavedPlan): void {
  try {
    writeWhole(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `the plan cannot be written to ${path} (${code})`);
  }
}
