import { describe, expect, it } from 'vitest';
import type { StoreEntry, StoreMark } from '../../stores/store.ts';
import { isInUse, obstacleTo, occupantOf } from './whose-document.ts';

const OWNER = { stack: 'acme', client: 'orders' };
const MARK: StoreMark = { ...OWNER, owner: 'team-a', state: 'active' };

function entry(mark: StoreMark | undefined, special: Partial<StoreEntry> = {}): StoreEntry {
  return { mark, version: 1, readable: true, ...special };
}

const NOTHING = entry(undefined, { version: 0, readable: false });
const OTHER_CLIENT = { ...MARK, client: 'audit' };
const OTHER_STACK = { ...MARK, stack: 'theirs' };

describe('occupantOf', () => {
  it.each([
    ['nobody', undefined],
    ['nobody', NOTHING],
    ['unmarked', entry(undefined)],
    ['client', entry(MARK)],
    ['other-client', entry(OTHER_CLIENT)],
    ['other-stack', entry(OTHER_STACK)],
  ])('is %s for %o', (kind, found) => {
    expect(occupantOf(found, OWNER).kind).toBe(kind);
  });
});

describe('isInUse', () => {
  it('is so for an active document of this very client that can be read, and for no other', () => {
    expect(isInUse(entry(MARK), OWNER)).toBe(true);
    for (const mark of [OTHER_CLIENT, OTHER_STACK, { ...MARK, state: 'retired' as const }, undefined]) {
      expect(isInUse(entry(mark), OWNER)).toBe(false);
    }
    expect(isInUse(entry(MARK, { readable: false }), OWNER)).toBe(false);
  });
});

function reason(found: StoreEntry | undefined, how = {}): string | undefined {
  return obstacleTo({ place: 'secret/orders', ...how }, occupantOf(found, OWNER))?.reason;
}

describe('obstacleTo', () => {
  it('is nothing where nothing lies, or what is the client’s own', () => {
    expect([reason(undefined), reason(NOTHING), reason(entry(MARK))]).toEqual([undefined, undefined, undefined]);
  });

  it('is a document without a mark, unless that is taken over', () => {
    expect(reason(entry(undefined))).toBe('secret/orders holds a document that grantry did not write');
    expect(reason(entry(undefined), { alreadyDelivered: true })).toContain('did not write');
    expect(reason(entry(undefined), { adopt: true })).toBeUndefined();
  });

  it('is the document of another client, unless that is retired or was this client under another name', () => {
    expect(reason(entry(OTHER_CLIENT))).toBe('secret/orders holds the document of the client audit');
    expect(reason(entry(OTHER_CLIENT), { adopt: true })).toContain('audit');
    expect(reason(entry({ ...OTHER_CLIENT, state: 'retired' }))).toBeUndefined();
    expect(reason(entry(OTHER_CLIENT), { alreadyDelivered: true })).toBeUndefined();
  });

  it.each([{}, { adopt: true }, { alreadyDelivered: true }])('is the document of another stack, always: %o', (how) => {
    const theirs = 'secret/orders holds the document of the client orders of the stack theirs';
    expect(reason(entry(OTHER_STACK), how)).toBe(theirs);
    expect(reason(entry({ ...OTHER_STACK, state: 'retired' }), how)).toBe(theirs);
  });
});
