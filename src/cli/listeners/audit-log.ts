import { GrantryError } from '../../model/errors.ts';
import { jsonLine } from '../../model/text/printable.ts';
import { openLineLog } from '../../platform/line-log.ts';
import type { LineLog } from '../../platform/line-log.ts';
import type { CommandIo } from '../context.ts';
import type { Listener } from './listener.ts';

/** Writes the log that `--audit-log` names, while a run changes things; throws where a line cannot be written. */
export function auditLog(place: string | undefined, io: CommandIo): Listener {
  if (place === undefined) return () => undefined;
  let log: LineLog | undefined;
  return (event) => {
    if (event.kind === 'work-begun' && event.unit !== 'proof') log = openAuditLog(place, io);
    if (event.kind === 'audit') log?.append(event.event);
    if (event.kind === 'work-ended') {
      log?.close();
      log = undefined;
    }
  };
}

/** A file, or `-` for standard error. */
function openAuditLog(place: string, { stderr }: CommandIo): LineLog {
  if (place !== '-') return openLineLog(place);
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
