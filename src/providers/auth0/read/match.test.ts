import { describe, expect, it } from 'vitest';
import { client } from '../../../../test/support/bench/declared.ts';
import { resolveAuth0Client } from '../client-settings.ts';
import { MARK } from '../convert/marks.ts';
import { matchApplications } from './match.ts';
import { application } from '../convert/representations.ts';
import type { Application } from '../convert/representations.ts';

/** An application; with `stack` it carries a mark, under its name or the one given. */
function app(id: string, name: string, stack?: string, marked = name): Application {
  const metadata = stack === undefined ? {} : { [MARK.stack]: stack, [MARK.name]: marked };
  return application.parse({ client_id: id, name, client_metadata: metadata });
}

/** Client names by the client_ids of the applications that stand for them, and why some are ambiguous. */
function match(
  apps: readonly Application[],
  { ids = [], clientId = 'orders', title }: { ids?: string[]; clientId?: string; title?: string } = {},
) {
  const { names, desiredOf, ambiguous } = matchApplications(
    apps,
    [client('orders', {}, { clientId, settings: resolveAuth0Client({ name: title }) })],
    'acme',
    new Set(ids),
  );
  return {
    names: Object.fromEntries([...names].map(([{ client_id: id }, name]) => [id, name])),
    desired: [...desiredOf.keys()].map(({ client_id: id }) => id),
    ambiguous: ambiguous.map(({ reason }) => reason),
  };
}

describe('matchApplications', () => {
  it("finds a client by the stack's mark, whatever the application is called now", () => {
    const found = match([app('1', 'renamed', 'acme', 'orders'), app('2', 'orders')]);
    expect(found).toEqual({ names: { 1: 'orders' }, desired: ['1'], ambiguous: [] });
  });

  it("finds one without the stack's mark by its client_id, or else by its name", () => {
    expect(match([app('1', 'orders'), app('2', 'other')], { clientId: '2' }).desired).toEqual(['2']);
    expect(match([app('1', 'orders'), app('2', 'other')]).desired).toEqual(['1']);
    expect(match([app('1', 'renamed', 'theirs', 'orders')]).desired).toEqual(['1']);
    expect(match([app('1', 'orders'), app('2', 'Order Service')], { title: 'Order Service' }).desired).toEqual(['2']);
  });

  it("takes another stack's mark of the same name for no mark of this stack", () => {
    expect(match([app('1', 'a', 'theirs', 'orders'), app('2', 'b', 'acme', 'orders')])).toMatchObject({
      desired: ['2'],
      ambiguous: [],
    });
    const others = [app('1', 'a', 'acme', 'old'), app('2', 'orders'), app('3', 'orders', 'acme', 'other')];
    expect(match(others)).toMatchObject({ desired: ['2'], ambiguous: [] });
  });

  it('does not choose among several', () => {
    expect(match([app('2', 'a', 'acme', 'orders'), app('1', 'b', 'acme', 'orders')]).ambiguous).toEqual([
      '2 applications carry the mark of this client: 1, 2',
    ]);
    expect(match([app('1', 'orders'), app('2', 'orders')]).ambiguous).toEqual([
      '2 applications are called orders: 1, 2',
    ]);
  });

  it("lists what no manifest declares only where it is the stack's, or was asked for", () => {
    const apps = [app('1', 'old', 'acme'), app('2', 'theirs', 'theirs'), app('3', 'nobody'), app('4', 'asked')];
    expect(match(apps, { ids: ['4'] }).names).toEqual({ 1: 'old', 4: '4' });
  });

  it('gives each application a name of its own, though marks are copied with applications', () => {
    const apps = [app('1', 'a', 'acme', 'old'), app('2', 'b', 'acme', 'old'), app('3', 'c', 'acme', '')];
    expect(match(apps).names).toEqual({ 1: 'old', 2: '2', 3: '3' });
  });
});
