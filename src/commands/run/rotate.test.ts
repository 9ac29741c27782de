/** What rotate refuses of its command line, before it reads anything. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { readOptions } from '../../cli/command-line/option.ts';
import { rotate } from '../rotate.ts';
import { runRotate } from './rotate.ts';
import type { RotateOptions } from './rotate.ts';

const NOTHING: RotateOptions = { ...readOptions(rotate.options, { target: ['dev'] }), args: [] };
const NAMED = { args: ['orders'] };
const USAGE = 'Such as: grantry rotate -t prod order-service, or: grantry rotate -t prod --due';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'grantry-rotate-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

const run = (options: Partial<RotateOptions>): Promise<number> =>
  runRotate({ ...NOTHING, ...options }, captureIo({ cwd }).io);

describe('rotate: its command line', () => {
  it.each<[string, Partial<RotateOptions>, string]>([
    ['nothing', {}, 'say what to rotate: names of clients, --due, or --all'],
    ['names and --due', { ...NAMED, due: true }, 'say what to rotate by one of these only'],
    ['names and --all', { ...NAMED, all: true }, 'say what to rotate by one of these only'],
    ['--due and --all', { due: true, all: true }, 'say what to rotate by one of these only'],
    ['--stagger of all', { all: true, stagger: true }, '--stagger goes with --due'],
    ['--stagger of names', { ...NAMED, stagger: true }, '--stagger goes with --due'],
    ['--force of what is due', { due: true, force: true }, '--force goes with names of clients or --all'],
    ['--revoke-now of what is due', { due: true, revokeNow: true }, '--revoke-now goes with names of clients or --all'],
    ['--max of names', { ...NAMED, max: 2 }, '--max goes with --due or --all'],
  ])('is refused where it says %s', async (_, options, message) => {
    await expect(run(options)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining(message),
      hint: USAGE,
    });
  });

  it.each<Partial<RotateOptions>>([
    NAMED,
    { ...NAMED, force: true, revokeNow: true },
    { due: true },
    { due: true, stagger: true, max: 2 },
    { all: true, max: 2 },
    { all: true, force: true, revokeNow: true },
  ])('may say %j', async (options) => {
    // There is no Target here, which is found out next.
    await expect(run(options)).rejects.toMatchObject({ hint: expect.not.stringContaining(USAGE) });
  });
});
