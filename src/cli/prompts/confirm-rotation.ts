import type { RotationQuestion } from '../../engine/run/rotate/rotate-request.ts';
import { GrantryError } from '../../model/errors.ts';
import { printable } from '../../model/text/printable.ts';
import type { CommandIo } from '../context.ts';
import { askForYes } from './ask.ts';

/** Clients that are named in a question. */
const MOST_NAMED = 20;

/** Asks on a terminal; elsewhere somebody must have said yes on the command line. */
export async function confirmRotation(
  { target, clients, revokes, notices }: RotationQuestion,
  { autoApprove }: { readonly autoApprove: boolean },
  io: CommandIo,
): Promise<void> {
  if (autoApprove) return;
  const count = clients.length === 1 ? '1 credential' : `${clients.length} credentials`;
  if (!io.stdin.isTerminal) {
    throw new GrantryError(
      'NOT_CONFIRMED',
      `${count} of ${target} would be rotated${revokes ? ', and the previous secrets refused at once' : ''}; nobody can be asked here`,
      {
        hint: 'If that is meant, say so with --auto-approve.',
      },
    );
  }
  await io.stdin.turn();
  const more = clients.length > MOST_NAMED ? `  and ${clients.length - MOST_NAMED} more\n` : '';
  const listed = clients.slice(0, MOST_NAMED).map((each) => `  ${printable(each)}\n`);
  io.stderr.write(`To be rotated in ${target}:\n${listed.join('')}${more}`);
  for (const notice of notices) io.stderr.write(`${printable(notice)}\n`);
  await askForYes(`Rotate ${count} of ${target}${revokes ? ' and refuse the previous secrets at once' : ''}?`, io);
}
