import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toPathPart } from '../path.ts';
import { locateSecret, namespaceProblem, pathProblem, secretAt, secretOfRecord } from './names.ts';

describe('the path of a document', () => {
  it('is the name of a Secret, or its namespace and name', () => {
    expect(secretAt('orders', 'apps')).toEqual({ namespace: 'apps', name: 'orders' });
    expect(secretAt('team-a/orders.v1', 'apps')).toEqual({ namespace: 'team-a', name: 'orders.v1' });
    expect(locateSecret('orders', 'apps')).toBe('kubernetes:apps/orders');
    expect(locateSecret('apps/orders', 'team-a')).toBe('kubernetes:apps/orders');
  });

  it.each([
    ['a/b/c', 'more than two parts'],
    ['Orders', 'lower-case letters'],
    ['orders_1', 'lower-case letters'],
    ['-orders', 'lower-case letters'],
    ['orders-', 'lower-case letters'],
    ['a..b', 'lower-case letters'],
    ['a.-b', 'lower-case letters'],
    ['Team/orders', 'is no name of a namespace'],
    ['a.b/orders', 'is no name of a namespace'],
    [`${'n'.repeat(64)}/orders`, 'at most 63'],
    ['grantry.lock.acme', 'reserved for grantry itself'],
    ['n'.repeat(254), 'at most 253'],
  ])('%j is refused', (path, why) => {
    expect(pathProblem(path)).toContain(why);
  });

  it('is refused by the store as by the rule, and located all the same: it may come from a store before', () => {
    expect(() => secretAt('a/b/c', 'apps')).toThrow('more than two parts');
    expect(locateSecret('A/b/c', 'apps')).toBe('kubernetes:A/b/c');
  });

  it('may be as long as Kubernetes takes it', () => {
    expect(pathProblem(`${'n'.repeat(63)}/${'s'.repeat(253)}`)).toBeUndefined();
    expect(namespaceProblem('0-a')).toBeUndefined();
  });
});

const nameOf = (stack: string): string => secretOfRecord(`lock/${toPathPart(stack)}`, 'apps').name;

describe('the Secret of a record', () => {
  it('has a name that no document can have', () => {
    const { name } = secretOfRecord('lock/acme-platform', 'apps');
    expect(name).toBe('grantry.lock.acme-platform');
    expect(pathProblem(name)).toBeDefined();
  });

  it('is another one for every stack', () => {
    const stack = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(stack, stack, (a, b) => {
        expect(nameOf(a)).toMatch(/^grantry\.[a-z0-9.-]{1,240}[a-z0-9]$/);
        expect(nameOf(a) === nameOf(b)).toBe(a === b);
      }),
    );
  });

  it('is not that of a stack with the name of its digest', () => {
    const { name } = secretOfRecord('lock/Acme', 'apps');
    expect(secretOfRecord(`lock/${name.replace('grantry.', '')}`, 'apps').name).not.toBe(name);
  });
});
