import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { FormatOptions } from '../../cli/command-line/options.ts';
import type { CommandIo } from '../../cli/context.ts';
import { ChainReader } from '../../engine/ledger/audit-chain.ts';
import { GrantryError } from '../../model/errors.ts';
import { makeStyle, renderAudit } from '../../report/index.ts';

interface AuditOptions extends FormatOptions {
  readonly head: string | undefined;
  readonly args: readonly string[];
}

/** Checks the chain of hashes of an audit log; 1 where something is wrong with it. */
export async function runAudit(
  { args: [action, file = ''], head, format }: AuditOptions,
  io: CommandIo,
): Promise<number> {
  if (action !== 'verify') {
    throw new GrantryError('INVALID_INPUT', `there is no grantry audit ${action ?? ''}`, {
      hint: 'Write: grantry audit verify FILE',
    });
  }
  const reader = new ChainReader(head);
  try {
    for await (const line of createInterface({ input: createReadStream(resolve(io.cwd, file)), crlfDelay: Infinity })) {
      reader.take(line);
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new GrantryError('INVALID_INPUT', `the audit log ${file} cannot be read (${code})`);
  }
  const report = reader.end();
  io.stdout.write(renderAudit({ file, ...report }, { format, style: makeStyle(io.stdout) }));
  return report.problems.length === 0 ? 0 : 1;
}
