import { randomUUID } from 'node:crypto';
import { ChainWriter } from '../../engine/ledger/audit-chain.ts';
import type { AuditEvent } from '../../model/audit.ts';
import { GrantryError } from '../../model/errors.ts';
import { jsonLine } from '../../model/text/printable.ts';
import { openLineLog } from '../../platform/line-log.ts';
import type { LineLog } from '../../platform/line-log.ts';
import type { CommandIo } from '../context.ts';
import type { Listener } from './listener.ts';

/** Writes the log that `--audit-log` names, while a run changes things; throws where a line cannot be written. */
export function auditLog(place: string | undefined, io: CommandIo): Listener {
  if (place === undefined) return () => undefined;
  let log: ChainedLog | undefined;
  return (event) => {
    if (event.kind === 'work-begun' && event.unit !== 'proof') log = chained(openAuditLog(place, io));
    if (event.kind === 'audit') log?.append(event.event);
    if (event.kind === 'work-ended') {
      log?.close();
      log = undefined;
    }
  };
}

interface ChainedLog {
  append(event: AuditEvent): void;
  close(): void;
}

/** Each line holds the hash of the one before, so that a log that was changed shows it. */
function chained(log: LineLog): ChainedLog {
  const chain = new ChainWriter(randomUUID());
  return {
    append: (event) => chain.written(log.append((last) => ({ ...event, chain: chain.next(last) }))),
    close: () => log.close(),
  };
}

/** A file, or `-` for standard error. */
function openAuditLog(place: string, { stderr }: CommandIo): LineLog {
  if (place !== '-') return openLineLog(place);
  let last: string | undefined;
  return {
    append: (make) => {
      const line = jsonLine(make(last));
      stderr.writeNow(line);
      const code = stderr.brokenBy();
      last = line.slice(0, -1);
      if (code === undefined) return last;
      throw new GrantryError('FAILED', `the audit log on standard error cannot be written (${code})`, {
        hint: 'Nothing is changed without its line in the log.',
      });
    },
    close: () => undefined,
  };
}
