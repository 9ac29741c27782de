/** A plan file is no secret and nobody's word: whatever is edited in it, apply does what was reviewed, or nothing. */
import { describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import { NO_ADOPTION, parseAdoption } from './adoption.ts';
import {
  AFTER,
  BEFORE,
  ELDER,
  begin,
  edited,
  leavesOf,
  many,
  outcomeOf,
  plain,
  readParts,
  replacementsOf,
  save,
  withRightDigest,
  withoutManifests,
} from '../../../test/support/bench/plan-files.ts';

describe('planSaved: a plan file in which something was edited', () => {
  it('has something of each kind', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    expect(saved.changes.map(({ op, address }) => `${op} ${address}`)).toEqual([
      'delete Client/audit',
      'create Api/mail',
      'update Api/stock',
      'adopt Client/elder',
      'deliver Client/moving',
      'update Client/orders',
      'create Client/sender',
    ]);
    expect(await outcomeOf(bench, saved, AFTER)).toHaveLength(7);
  });

  it.each([
    ['with manifests', AFTER, ''],
    ['without manifests, where only what it says of them is trusted', withoutManifests(AFTER), 'desired'],
  ])('does the same or is refused, whichever value it is: %s', async (_, desired, trusted) => {
    const bench = await begin();
    const saved = plain(await save(bench, AFTER));
    const meant = await outcomeOf(bench, saved, desired);
    const different: string[] = [];
    for (const { path, value } of leavesOf(saved).filter((leaf) => leaf.path[0] !== trusted)) {
      for (const replacement of replacementsOf(value)) {
        const outcome = await outcomeOf(bench, withRightDigest(edited(saved, path, replacement)), desired);
        const isSame = JSON.stringify(outcome) === JSON.stringify(meant);
        if (!('refused' in outcome) && !isSame) different.push(`${path.join('.')} = ${JSON.stringify(replacement)}`);
      }
    }
    expect(different).toEqual([]);
  });

  it('does a part of it where changes were taken out', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const meant = await outcomeOf(bench, saved, AFTER);
    for (const { address } of saved.changes) {
      const rest = { ...plain(saved), changes: saved.changes.filter((change) => change.address !== address) };
      const outcome = await outcomeOf(bench, rest, withoutManifests(AFTER));
      if ('refused' in outcome) continue;
      const known = new Set(
        'refused' in meant ? [] : meant.map((change) => JSON.stringify({ ...change, dependsOn: [] })),
      );
      for (const change of outcome) expect(known).toContain(JSON.stringify({ ...change, dependsOn: [] }));
    }
  });

  it('is none where a change stands in it twice', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const twice = { ...saved, changes: [...saved.changes, saved.changes[0]] };
    expect(await outcomeOf(bench, twice, AFTER)).toEqual({ refused: 'INVALID_INPUT' });
  });
});

describe('planSaved: adoption', () => {
  it.each([
    ['with manifests', AFTER],
    ['without manifests', withoutManifests(AFTER)],
  ])('is asked for again at apply, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const refused = await outcomeOf(bench, saved, desired, NO_ADOPTION);
    expect(refused).toEqual({ refused: [expect.stringContaining('client elder exists already')] });
  });

  it('is not what a conflict becomes in the file, though the command line allows it for others', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER, NO_ADOPTION);
    expect(saved.conflicts).toHaveLength(1);
    for (const adoption of [NO_ADOPTION, parseAdoption(['Client/orders'])]) {
      const forged = {
        ...saved,
        conflicts: [],
        changes: saved.changes.map((change) =>
          change.address === 'Client/elder' ? { ...change, op: 'adopt', from: [null] } : change,
        ),
      };
      expect(await outcomeOf(bench, forged, AFTER, adoption)).toHaveProperty('refused');
    }
    // Nor does an update become one where the flag allows both.
    expect(await outcomeOf(bench, { ...saved, conflicts: [] }, AFTER, ELDER)).toHaveProperty('refused');
  });

  it('is from the stack that was reviewed only', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const object = bench.provider.objects.find(({ fields }) => fields['clientId'] === 'elder');
    if (object !== undefined) object.fields = { ...object.fields, stack: 'theirs' };
    const refused = await outcomeOf(bench, saved, AFTER, parseAdoption(['Client/elder', 'Client/elder@theirs']));
    expect(refused).toHaveProperty('refused');
  });
});

describe('planSaved: conflicts and guards', () => {
  const GUARDED = { maxDeletes: 1 };
  const guarded = state(
    AFTER.apis,
    AFTER.clients.filter(({ name }) => name !== 'stays'),
    GUARDED,
  );

  it.each([
    ['with manifests', guarded],
    ['without manifests', withoutManifests(guarded)],
  ])('a guard whose line was taken out of the file is judged again, %s', async (_, desired) => {
    const bench = await begin();
    const saved = await save(bench, guarded);
    expect(saved.guards).toMatchObject([{ guard: 'maxDeletes' }]);
    expect(await outcomeOf(bench, { ...saved, guards: [] }, desired)).toEqual({ refused: ['maxDeletes'] });
  });

  it.each([
    ['protect', { protect: ['aud*'] }],
    ['maxDeletes', { maxDeletes: 0 }],
    ['maxDeletePercent', { maxDeletePercent: 5 }],
  ])('%s counts as the Target has it now', async (guard, guards) => {
    const ten = many('A client', 10);
    const bench = await begin({ ...BEFORE, clients: [...BEFORE.clients, ...ten] });
    const after = state(AFTER.apis, [...AFTER.clients, ...ten]);
    const saved = await save(bench, after);
    const now = { ...after, target: { ...after.target, guards: { ...after.target.guards, ...guards } } };
    for (const desired of [now, withoutManifests(now)]) {
      expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: [guard] });
    }
  });

  it('a guard that was broken when it was reviewed stays broken, though the Target allows more now', async () => {
    const bench = await begin();
    const saved = await save(bench, guarded);
    const desired = state(guarded.apis, guarded.clients, { maxDeletes: 9 });
    expect(await outcomeOf(bench, saved, desired)).toEqual({ refused: ['maxDeletes'] });
  });

  it('shares are those of the whole stack, as the ledger counts it', async () => {
    const bench = await begin(state([], [...many('one', 10), ...many('one', 20).slice(10)]));
    // Of twenty clients four go, and all that the plan touches are ten.
    const after = state([], [...many('two', 6), ...many('one', 16).slice(6)], { maxDeletePercent: 20 });
    const saved = await save(bench, after);
    readParts(bench);
    expect(await outcomeOf(bench, saved, after)).toHaveLength(10);
    const stricter = state(after.apis, after.clients, { maxDeletePercent: 19 });
    expect(await outcomeOf(bench, saved, stricter)).toEqual({ refused: ['maxDeletePercent'] });
  });

  it('that the part is empty does not mean that all of the stack vanished', async () => {
    const bench = await begin(BEFORE);
    const after = state(BEFORE.apis, [...BEFORE.clients, client('more')]);
    const saved = await save(bench, after);
    readParts(bench);
    expect(await outcomeOf(bench, saved, after)).toHaveLength(1);
  });

  it('a conflict that was taken out of the file is found again', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER, NO_ADOPTION);
    expect(await outcomeOf(bench, { ...saved, conflicts: [] }, AFTER, NO_ADOPTION)).toEqual({
      refused: [expect.stringContaining('client elder exists already')],
    });
  });

  it('a conflict that was reviewed stays in the way, though nothing is seen of it now', async () => {
    const bench = await begin();
    const saved = await save(bench, AFTER);
    const conflict = { address: 'Client/orders', reason: 'others use it', hint: 'Ask them.' };
    expect(await outcomeOf(bench, { ...saved, conflicts: [conflict] }, AFTER)).toEqual({ refused: ['others use it'] });
  });
});
