import { backendsOf, fieldWordsOf } from '../backends.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Plan } from '../../model/plan.ts';
import { makeStyle, renderPlan } from '../../report/index.ts';
import type { CommandIo } from '../context.ts';
import { askForYes } from './ask.ts';

interface Approved {
  /** Somebody said yes before, by the command line or by saving the plan. */
  readonly approved: boolean;
  readonly purgeStore: boolean;
}

/** Shows the plan and asks, on a terminal; elsewhere somebody must have said yes before. */
export async function confirmPlan(plan: Plan, { approved, purgeStore }: Approved, io: CommandIo): Promise<void> {
  const { stderr, stdin } = io;
  if (!approved && !stdin.isTerminal) {
    const count = plan.changes.length === 1 ? '1 change is' : `${plan.changes.length} changes are`;
    throw new GrantryError('NOT_CONFIRMED', `${count} pending in ${plan.target}, and nobody can be asked here`, {
      hint: 'Save a plan with grantry plan --out and apply that, or run apply with --auto-approve.',
    });
  }
  // Whatever guard it breaks was overridden: else the plan had been refused before.
  if (plan.guards.length > 0) {
    stderr.write(`Overridden for this run: guard ${plan.guards.map(({ guard }) => guard).join(', ')}.\n`);
  }
  // The user must see right above what the question is about.
  if (!approved) await stdin.turn();
  stderr.write(
    renderPlan(
      { ...plan, guards: [] },
      { format: 'text', style: makeStyle(stderr), words: fieldWordsOf(backendsOf(io)) },
    ),
  );
  const purged = purgeStore ? plan.changes.filter((change) => change.op === 'delete' && change.delivered) : [];
  if (purged.length > 0) {
    const documents = purged.length === 1 ? 'The document' : 'The documents';
    stderr.write(`${documents} of what is deleted will be destroyed, with all versions (--purge-store).\n`);
  }
  if (!approved) await askForYes(`Apply these changes to ${plan.target}?`, io);
}
