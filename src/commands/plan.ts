import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { settleFresh } from '../apply/settle-plan.ts';
import { GrantryError } from '../model/errors.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import { parseAdoption } from '../plan/adoption.ts';
import { savePlan } from '../plan/save-plan.ts';
import { makeStyle, renderPlan } from '../report/index.ts';
import type { CommandIo, CommandOptions } from './context.ts';
import { forEachTarget } from './targets.ts';

/** Reads each target and prints what must change. Writes nothing but the file that `--out` names. */
export async function run(options: CommandOptions, io: CommandIo): Promise<number> {
  const adoption = parseAdoption(options.adopt);
  const needs = {
    readsAll: !options.checkStore,
    onlyOne: options.out === undefined ? undefined : 'a file holds the plan of one target',
  };
  return forEachTarget(options, io, needs, async ({ desired, provider, store, ports, show }) => {
    const { plan, input } = await settleFresh(
      desired,
      { provider, store },
      { checkStore: options.checkStore, adoption },
    );
    if (options.out !== undefined) {
      const createdAt = new Date(ports.clock.now()).toISOString();
      writePlanFile(resolve(io.cwd, options.out), savePlan(plan, input, { tool: io.version, createdAt }));
    }
    show(renderPlan(plan, { format: options.format, style: makeStyle(io.stdout) }));
    if (plan.conflicts.length > 0 || plan.guards.length > 0) return 3;
    return options.detailedExitcode && plan.changes.length > 0 ? 2 : 0;
  });
}

function writePlanFile(path: string, plan: SavedPlan): void {
  try {
    writeFileSync(path, `${JSON.stringify(plan, null, 2)}\n`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('FAILED', `the plan cannot be written to ${path} (${code})`);
  }
}
