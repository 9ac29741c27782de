import type { RunContext } from '../../engine/run/run-context.ts';
import { monotonic } from '../../platform/clock.ts';
import { runIdentity } from '../../platform/run-identity.ts';
import { backendsOf, fieldWordsOf } from '../backends.ts';
import type { CommandIo } from '../context.ts';
import { auditLog } from './audit-log.ts';
import type { Listener } from './listener.ts';
import { lockLines } from './lock-lines.ts';
import { progress } from './progress.ts';
import { runLines } from './run-lines.ts';

/** The context of a run that a command starts: what it reports goes to standard error and to the audit log. */
export function makeRunContext(
  io: CommandIo,
  options: { readonly auditLog?: string | undefined } = {},
  ...more: readonly Listener[]
): RunContext {
  const { stderr } = io;
  // The log comes first: where it cannot be written, nothing else happens.
  const listeners = [
    auditLog(options.auditLog, io),
    progress(stderr),
    lockLines(stderr),
    runLines(stderr, fieldWordsOf(backendsOf(io))),
    ...more,
  ];
  return {
    // Not before a run asks for it: asking is what makes it listen.
    get signal() {
      return io.signal;
    },
    monotonic,
    identity: runIdentity(io.env),
    tool: io.version,
    emit: (event) => {
      for (const hear of listeners) hear(event);
    },
  };
}
