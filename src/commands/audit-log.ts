import { openLineLog } from '../platform/line-log.ts';
import type { LineLog } from '../platform/line-log.ts';
import type { CommandIo } from './context.ts';

/** The log that `--audit-log` names: a file, or `-` for standard error; without it nothing is kept. */
export function openAuditLog(target: string | undefined, { stderr }: CommandIo): LineLog {
  if (target === undefined) return { append: () => undefined, close: () => undefined };
  if (target === '-') {
    return { append: (value) => stderr.writeNow(`${JSON.stringify(value)}\n`), close: () => undefined };
  }
  return openLineLog(target);
}
