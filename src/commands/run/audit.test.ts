import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { auditLog } from '../../cli/listeners/audit-log.ts';
import type { AuditEvent } from '../../model/audit.ts';
import { runAudit } from './audit.ts';

const EVENT: AuditEvent = {
  time: '2026-12-01T10:00:00.000Z',
  event: 'begun',
  who: 'ann',
  host: 'ci',
  run: undefined,
  tool: '1.2.3',
  target: 'dev',
  stack: 'acme',
  address: 'Client/orders',
  op: 'update',
  fields: ['description'],
  place: undefined,
  storeVersion: undefined,
  reason: undefined,
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'grantry-audit-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const path = (): string => join(folder, 'audit.jsonl');

/** One run that changes something. */
function changeSomething(): void {
  const listen = auditLog(path(), captureIo().io);
  listen({ kind: 'work-begun', unit: 'change', total: 1 });
  listen({ kind: 'audit', event: EVENT });
  listen({ kind: 'audit', event: { ...EVENT, event: 'done' } });
  listen({ kind: 'work-ended', unit: 'change' });
}

async function verify(args = ['verify', 'audit.jsonl'], format: 'text' | 'json' = 'text', head?: string) {
  const { io, written } = captureIo({ cwd: folder });
  const code = await runAudit({ args, head, format }, io);
  return { code, text: written.stdout };
}

describe('grantry audit verify', () => {
  it('finds a log of several runs as it was written', async () => {
    changeSomething();
    changeSomething();
    const { code, text } = await verify();
    expect(code).toBe(0);
    expect(text).toContain('4 lines of 2 runs as written, 2026-12-01T10:00:00.000Z to 2026-12-01T10:00:00.000Z');
  });

  it('finds what was changed in it, and exits with 1', async () => {
    changeSomething();
    writeFileSync(path(), readFileSync(path(), 'utf8').replace('"ann"', '"eve"'));
    const { code, text } = await verify();
    expect(code).toBe(1);
    expect(text).toContain('line 2: the line before of its run is not as it was written');
  });

  it('finds half a line that a run left, and holds the rest to its chain', async () => {
    changeSomething();
    appendFileSync(path(), '{"time":"2026-');
    changeSomething();
    const { text } = await verify();
    expect(text).toContain('1 problem in 5 lines');
    expect(text).toContain('line 3: it is no line of an audit log');
  });

  it('gives a head, by which it shows the next time that the end was cut off', async () => {
    changeSomething();
    const { head } = z.object({ head: z.string() }).parse(JSON.parse((await verify(undefined, 'json')).text));
    writeFileSync(path(), `${readFileSync(path(), 'utf8').split('\n')[0]}\n`);
    expect((await verify()).code).toBe(0);
    const { code, text } = await verify(undefined, 'text', head);
    expect([code, text.includes('no line has the head of the earlier check')]).toEqual([1, true]);
  });

  it.each([
    [['verfy', 'audit.jsonl'], 'there is no grantry audit verfy'],
    [['verify', 'nowhere.jsonl'], 'the audit log nowhere.jsonl cannot be read (ENOENT)'],
    [['verify', '.'], 'the audit log . cannot be read (EISDIR)'],
  ])('refuses %s', async (args, message) => {
    await expect(verify(args)).rejects.toMatchObject({ code: 'INVALID_INPUT', message });
  });
});
