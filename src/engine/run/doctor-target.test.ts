import { expect, it } from 'vitest';
import { testTarget } from '../../../test/support/bench/random-states.ts';
import type { CheckResult } from '../../model/check.ts';
import { PURPOSES } from '../../model/check.ts';
import { GrantryError } from '../../model/errors.ts';
import { MemoryProvider } from '../../providers/memory/index.ts';
import { MemoryStore } from '../../stores/memory/index.ts';
import { doctorTarget } from './doctor-target.ts';
import { exitCodeOfOutcome } from './outcome.ts';
import type { SelectedTarget, ServersApart } from './open-target.ts';

const FINE = { kind: 'fine' } as const;
const PROBLEM = {
  kind: 'problem',
  what: 'it lacks a right',
  why: 'nothing works',
  mend: { words: '', commands: [] },
} as const;

const check = (id: string, purposes: CheckResult['purposes'], finding: CheckResult['finding']): CheckResult => ({
  id,
  purposes,
  title: `the title of ${id}`,
  finding,
});

/** A target whose provider finds this, and whose store is opened so. */
function targetWith(results: readonly CheckResult[], apart: Partial<ServersApart> = {}): SelectedTarget {
  const provider = Object.assign(new MemoryProvider(), { checks: async () => results });
  return {
    desired: { target: testTarget(), apis: [], clients: [], overlaps: [] },
    names: { provider: 'a provider', store: 'a store', formerStore: 'the former one' },
    open: failWith(new TypeError('it is opened as a whole')),
    openApart: () => ({ provider: async () => provider, store: async () => new MemoryStore(), ...apart }),
  };
}

async function troublesOf(target: SelectedTarget, purposes: CheckResult['purposes'] = PURPOSES): Promise<string[]> {
  const { report } = await doctorTarget(target, purposes);
  return report.servers.flatMap(({ side, checks }) =>
    checks.flatMap(({ id, finding }) => (finding.kind === 'fine' ? [] : [`${side} ${id} ${finding.kind}`])),
  );
}

/** Of a target where a check finds this. */
async function codeOf(finding: CheckResult['finding']): Promise<number> {
  return exitCodeOfOutcome(await doctorTarget(targetWith([check('one', ['plan'], finding)]), PURPOSES));
}

function failWith(error: Error): () => Promise<never> {
  return async () => {
    throw error;
  };
}

it('doctorTarget: what is found decides the exit code, and of that a problem alone', async () => {
  expect(await codeOf(FINE)).toBe(0);
  expect(await codeOf({ ...PROBLEM, kind: 'risk' })).toBe(0);
  expect(await codeOf({ kind: 'unknown', what: 'not seen', why: 'it may matter' })).toBe(0);
  expect(await codeOf(PROBLEM)).toBe(1);
});

it('doctorTarget: what is for other purposes is left out', async () => {
  const target = targetWith([check('one', ['plan'], PROBLEM), check('two', ['apply', 'verify'], PROBLEM)]);
  expect(await troublesOf(target, ['verify'])).toEqual(['provider two problem']);
  expect(await troublesOf(target, ['plan'])).toEqual(['provider one problem']);
  expect(exitCodeOfOutcome(await doctorTarget(target, ['rotate']))).toBe(0);
});

it.each([
  ['UNREACHABLE', 'store reachable problem'],
  ['NOT_ALLOWED', 'store login problem'],
  ['FAILED', 'store login problem'],
] as const)('doctorTarget: a store that fails with %s keeps the provider from nothing', async (code, finding) => {
  const store = failWith(new GrantryError(code, 'it is shut'));
  expect(await troublesOf(targetWith([check('one', ['plan'], PROBLEM)], { store }))).toEqual([
    'provider one problem',
    finding,
  ]);
});

it('doctorTarget: a login that fails is told with what mends it, the commands apart from the words', async () => {
  const hint = ['Give it the scope:', '  kcadm.sh one', '  kcadm.sh two', 'Then look again.'];
  const provider = failWith(new GrantryError('NOT_ALLOWED', 'not let in', { hint }));
  const { report } = await doctorTarget(targetWith([], { provider }), PURPOSES);
  expect(report.servers[0]?.checks.at(-1)?.finding).toMatchObject({
    what: 'not let in',
    mend: { words: 'Give it the scope: Then look again.', commands: ['kcadm.sh one', 'kcadm.sh two'] },
  });
});

it('doctorTarget: the store that is to be left is looked at too', async () => {
  const formerStore = failWith(new GrantryError('UNREACHABLE', 'it is gone'));
  expect(await troublesOf(targetWith([], { formerStore }))).toEqual(['former-store reachable problem']);
});

it.each([new GrantryError('INTERRUPTED', 'stopped'), new TypeError('a bug')])(
  'doctorTarget: %s is no finding',
  async (error) => {
    const store = failWith(error);
    await expect(doctorTarget(targetWith([], { store }), PURPOSES)).rejects.toBe(error);
  },
);
