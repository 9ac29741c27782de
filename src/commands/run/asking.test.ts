/** What apply and rotate ask, show and refuse before they write, on servers in memory. */
import { beforeEach, describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { api, client, state } from '../../../test/support/bench/declared.ts';
import { MemoryBench } from '../../../test/support/bench/memory-bench.ts';
import { opened, typed } from '../../../test/support/bench/opened.ts';
import { readOptions } from '../../cli/command-line/option.ts';
import { confirmRotation } from '../../cli/prompts/confirm-rotation.ts';
import type { RotationRequest } from '../../engine/rotation/select-rotations.ts';
import type { DesiredState } from '../../model/desired.ts';
import type { GuardName } from '../../model/plan.ts';
import { apply } from '../apply.ts';
import { rotate } from '../rotate.ts';
import { applyTo } from './apply.ts';
import type { ApplyOptions } from './apply.ts';
import { rotateIn } from './rotate.ts';
import type { RotateOptions } from './rotate.ts';

const DESIRED = state([api('stock', ['stock:read'])], [client('audit'), client('orders', { stock: ['stock:read'] })]);
const APPLY: ApplyOptions = { ...readOptions(apply.options, { target: ['dev'], proof: [] }), args: [] };
const APPROVED: ApplyOptions = { ...APPLY, autoApprove: true };
const ROTATE: RotateOptions = { ...readOptions(rotate.options, { target: ['dev'] }), args: [] };

let bench: MemoryBench;
beforeEach(() => {
  bench = new MemoryBench();
});

const everything = (): string => JSON.stringify([bench.provider.objects, bench.store.writes]);

function applied(
  options: ApplyOptions,
  io = captureIo().io,
  { desired = DESIRED, overrides = [] }: { desired?: DesiredState; overrides?: readonly GuardName[] } = {},
): Promise<number> {
  const request = { saved: undefined, overrides: new Set(overrides) };
  return applyTo(opened(bench, desired).target, request, options, io);
}

describe('apply', () => {
  it('writes nothing where nobody can be asked, and nobody said yes before', async () => {
    const before = everything();
    await expect(applied(APPLY)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      message: expect.stringMatching(/^3 changes are pending in .*, and nobody can be asked here$/),
    });
    expect(everything()).toBe(before);
  });

  it.each(['no\n', 'y\n', ''])('writes nothing after any answer but yes: %j', async (answer) => {
    const before = everything();
    await expect(applied(APPLY, typed(answer))).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(everything()).toBe(before);
  });

  it('does it after a yes', async () => {
    expect(await applied(APPLY, typed('yes\n'))).toBe(0);
    expect(bench.provider.objects).toHaveLength(3);
  });

  it('shows on standard error what it does without asking, and which documents it destroys', async () => {
    const first = captureIo();
    await applied(APPROVED, first.io);
    expect(first.written.stderr).toMatch(/\+ Client\/orders +create/);
    const second = captureIo();
    const desired = state(DESIRED.apis, DESIRED.clients.slice(1));
    await applied({ ...APPROVED, purgeStore: true }, second.io, { desired });
    expect(second.written.stderr).toContain('The document of what is deleted will be destroyed, with all versions');
  });

  it('shows a plan that something is in the way of, and writes nothing, whatever was approved', async () => {
    await bench.apply(DESIRED);
    const [own] = bench.provider.objects.filter(({ fields }) => fields['clientId'] === 'orders');
    if (own !== undefined) own.fields = { ...own.fields, stack: 'theirs' };
    const before = everything();
    const text = captureIo();
    await expect(applied(APPROVED, text.io)).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: 'All of it is listed above, with a way out.',
      details: { plan: { kind: 'plan', conflicts: [{ address: 'Client/orders' }] } },
    });
    expect(text.written.stdout).toContain('Client/orders');
    const json = captureIo();
    await expect(applied({ ...APPROVED, format: 'json' }, json.io)).rejects.toMatchObject({
      hint: 'All of it is listed in the plan, with a way out.',
    });
    expect(json.written.stdout).toBe('');
    expect(everything()).toBe(before);
  });

  it('refuses a plan that breaks a guard, unless that very guard is overridden, and says so then', async () => {
    await bench.apply(DESIRED);
    const desired = state(DESIRED.apis, DESIRED.clients.slice(1), { protect: ['audit'] });
    const before = everything();
    await expect(applied(APPROVED, captureIo().io, { desired })).rejects.toMatchObject({ code: 'GUARD' });
    await expect(applied(APPROVED, captureIo().io, { desired, overrides: ['maxDeletes'] })).rejects.toMatchObject({
      code: 'GUARD',
    });
    expect(everything()).toBe(before);
    const { io, written } = captureIo();
    expect(await applied(APPROVED, io, { desired, overrides: ['protect'] })).toBe(0);
    expect(written.stderr).toContain('Overridden for this run: guard protect.');
    expect(written.stdout).toContain('Overridden for this run: guard protect.');
  });
});

function rotated(request: RotationRequest, options = ROTATE, io = captureIo().io): Promise<number> {
  return rotateIn(opened(bench, DESIRED).target, request, options, io);
}

describe('rotate', () => {
  beforeEach(async () => void (await bench.apply(DESIRED)));

  const ALL: RotationRequest = { kind: 'all', force: true, revoke: false, max: undefined };
  const TWO: RotationRequest = { kind: 'named', names: ['audit', 'orders'], force: true, revoke: true };

  it.each([
    ['all', ALL, /^2 credentials of .* would be rotated; nobody can be asked here$/],
    ['several at once', TWO, /^2 credentials of .*, and the previous secrets refused at once; nobody/],
  ])('writes nothing where nobody can be asked: %s', async (_, request, message) => {
    const before = everything();
    await expect(rotated(request)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
      message: expect.stringMatching(message),
    });
    expect(everything()).toBe(before);
  });

  it('asks in lines of its own, whatever is in the words of others', async () => {
    const typing = typed('no\n');
    const written: string[] = [];
    const io = { ...typing, stderr: { ...typing.stderr, write: (text: string) => void written.push(text) } };
    const question = {
      target: 'dev',
      clients: ['orders\n::error::no'],
      revokes: false,
      notices: ['The policy "a\n::error::no"'],
    };
    await expect(confirmRotation(question, { autoApprove: false }, io)).rejects.toMatchObject({
      code: 'NOT_CONFIRMED',
    });
    expect(written).toEqual(['To be rotated in dev:\n  orders\\n::error::no\n', 'The policy "a\\n::error::no"\n']);
  });

  it('writes nothing after a no', async () => {
    const before = everything();
    await expect(rotated(ALL, ROTATE, typed('no\n'))).rejects.toMatchObject({ code: 'NOT_CONFIRMED' });
    expect(everything()).toBe(before);
  });

  it('shows what consumers must know once: before it for people, in the report for programs', async () => {
    const approved = { ...ROTATE, autoApprove: true };
    const text = captureIo();
    await rotated(ALL, approved, text.io);
    expect(text.written.stderr).toContain('No overlap here');
    expect(text.written.stdout).not.toContain('No overlap here');
    const json = captureIo();
    await rotated(ALL, { ...approved, format: 'json' }, json.io);
    expect(JSON.parse(json.written.stdout)).toMatchObject({ notices: [expect.stringContaining('No overlap here')] });
  });
});
