import type { AuditEvent } from '../model/audit.ts';
import { GrantryError } from '../model/errors.ts';
import { jsonLine } from '../model/printable.ts';
import { openLineLog } from '../platform/line-log.ts';
import type { LineLog } from '../platform/line-log.ts';
import type { CommandIo } from './context.ts';

/** What a run says of its changes, and the log that `--audit-log` names. */
export interface AuditTrail {
  readonly events: readonly AuditEvent[];
  /** Why the log cannot be written any more: nothing may begin then. */
  readonly failure: () => GrantryError | undefined;
  /** Before a change; throws where its line cannot be written. */
  readonly begin: (event: AuditEvent) => void;
  /** After a change. It is made, so that a line that is lost only shows in `failure`. */
  readonly end: (event: AuditEvent) => void;
  readonly close: () => void;
}

export function openAuditTrail(target: string | undefined, io: CommandIo): AuditTrail {
  const log = openAuditLog(target, io);
  const events: AuditEvent[] = [];
  let failure: GrantryError | undefined;
  const append = (event: AuditEvent): void => {
    try {
      log.append(event);
    } catch (error) {
      if (error instanceof GrantryError) failure ??= error;
      throw error;
    }
  };
  return {
    events,
    failure: () => failure,
    begin: (event) => {
      append(event);
      events.push(event);
    },
    end: (event) => {
      events.push(event);
      try {
        append(event);
      } catch (error) {
        if (!(error instanceof GrantryError)) throw error;
      }
    },
    close: () => log.close(),
  };
}

/** A file, or `-` for standard error; without it nothing is kept. */
function openAuditLog(target: string | undefined, { stderr }: CommandIo): LineLog {
  if (target === undefined) return { append: () => undefined, close: () => undefined };
  if (target !== '-') return openLineLog(target);
  return {
    append: (value) => {
      stderr.writeNow(jsonLine(value));
      const code = stderr.brokenBy();
      if (code === undefined) return;
      throw new GrantryError('FAILED', `the audit log on standard error cannot be written (${code})`, {
        hint: 'Nothing is changed without its line in the log.',
      });
    },
    close: () => undefined,
  };
}
