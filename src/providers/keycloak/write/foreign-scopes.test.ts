/** Client scopes that are somebody else's by the time of the write, whatever the plan saw. */
import { describe, expect, it } from 'vitest';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { api, state } from '../../../../test/support/bench/declared.ts';
import type { AdoptChange, DeleteChange, UpdateChange } from '../../../model/plan.ts';
import type { Fields } from '../../../model/state.ts';
import type { Fetch } from '../../../platform/fetch.ts';
import type { Provider } from '../../provider.ts';
import { openKeycloak } from '../index.ts';

type Marks = Readonly<Record<string, string>>;
const OURS: Marks = { 'grantry.stack': 'acme', 'grantry.api': 'stock' };
const THEIRS: Marks = { ...OURS, 'grantry.stack': 'theirs' };
const OF_THE_STACK = { id: 'c1', clientId: 'orders', attributes: { 'grantry.stack': 'acme' } };
const OF_NOBODY = { id: 'c2', clientId: 'legacy', attributes: {} };

/** A realm with the client scope stock:read, which these clients hold; gives the requests that may change something. */
function realm(
  marks: Marks,
  holders: readonly object[] = [],
): { readonly provider: Provider; readonly sent: string[] } {
  const sent: string[] = [];
  const scope = { id: 'found', name: 'stock:read', attributes: marks };
  const answer: Fetch = async (input, { method = 'GET' } = {}) => {
    const { pathname, searchParams } = new URL(input);
    if (method !== 'GET') sent.push(`${method} ${pathname.replace(/^.*\/realms\/acme\//, '')}`);
    const isGone = sent.includes('DELETE client-scopes/found');
    if (method !== 'GET') return new Response(null, { status: 204 });
    if (pathname.endsWith('/scope-mappings')) return Response.json({});
    if (pathname.endsWith('/client-scopes/found'))
      return isGone ? Response.json({ error: 'not found' }, { status: 404 }) : Response.json(scope);
    if (pathname.endsWith('/client-scopes')) return Response.json(isGone ? [] : [scope]);
    const clients = holders.map((client) => ({ ...client, defaultClientScopes: ['stock:read'] }));
    return Response.json((searchParams.get('first') ?? '0') === '0' ? clients : []);
  };
  return { provider: openKeycloak(keycloakSettings(), portsOver(answer), { tokens: givenTokens() }), sent };
}

function fieldsOf(provider: Provider, description: string): Fields {
  const stock = api('stock', [], { scopes: [{ name: 'stock:read', description }] });
  return provider.project(state([stock], []))[0]?.fields ?? {};
}

const BASE = { address: 'Api/stock', id: 'found', owner: '', reason: '', dependsOn: [], notes: {} } as const;

function updateIn(provider: Provider): UpdateChange {
  return { ...BASE, op: 'update', before: fieldsOf(provider, 'Before'), after: fieldsOf(provider, 'After') };
}

/** What becomes of a write: `done`, or why it is refused. */
async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error) => error.message,
  );
}

describe('addApiScopes', () => {
  it.each([
    ['of another stack', THEIRS],
    ['without a mark', {}],
    ['with an empty mark', { 'grantry.stack': '' }],
  ])('leaves a client scope alone that is %s', async (_, marks) => {
    const { provider, sent } = realm(marks);
    expect(await outcomeOf(provider.addApiScopes(updateIn(provider)))).toBe(
      "Api/stock: the client scope stock:read is not the stack's: it was left alone",
    );
    expect(sent).toEqual([]);
  });

  it.each([
    ['without a mark', {}, null, true],
    ['of another stack', THEIRS, 'theirs', true],
    ['of another stack than the one that was reviewed', THEIRS, 'others', false],
    ['of another stack, where one without a mark was reviewed', THEIRS, null, false],
  ])('takes over a client scope %s: %#', async (_, marks, from, isTaken) => {
    const { provider, sent } = realm(marks);
    const adopt: AdoptChange = { ...updateIn(provider), op: 'adopt', from: [from] };
    await outcomeOf(provider.addApiScopes(adopt));
    expect(sent.length > 0).toBe(isTaken);
  });

  it('writes what differs in a scope, or in whose it is, and nothing else', async () => {
    const { provider, sent } = realm(OURS);
    const update = updateIn(provider);
    const { before } = update;
    await outcomeOf(provider.addApiScopes({ ...update, after: before }));
    expect(sent).toEqual([]);
    await outcomeOf(provider.addApiScopes({ ...update, after: { ...before, owner: 'team-b' } }));
    expect(sent).toContain('PUT client-scopes/found');
  });

  it("changes a client scope of the stack's", async () => {
    const { provider, sent } = realm(OURS);
    await outcomeOf(provider.addApiScopes(updateIn(provider)));
    expect(sent).toContain('PUT client-scopes/found');
  });
});

/** What becomes of a deletion of the Api. */
function removeFrom(provider: Provider): Promise<string> {
  const { id, op: _op, after: _after, ...rest } = updateIn(provider);
  const change: DeleteChange = { ...rest, op: 'delete', id };
  return outcomeOf(provider.removeApiScopes(change));
}

describe('removeApiScopes', () => {
  it.each([
    ['of another stack', THEIRS],
    ['without a mark', {}],
  ])('leaves a client scope alone that is %s by now', async (_, marks) => {
    const { provider, sent } = realm(marks);
    expect(await removeFrom(provider)).toContain("is not the stack's any more: it was left alone");
    expect(sent).toEqual([]);
  });

  it('leaves a client scope alone that a client outside the stack holds', async () => {
    const { provider, sent } = realm(OURS, [OF_THE_STACK, OF_NOBODY]);
    expect(await removeFrom(provider)).toContain('clients outside the stack hold the client scope stock:read: legacy');
    expect(sent).toEqual([]);
  });

  it('leaves a client scope that the Api keeps', async () => {
    const { provider, sent } = realm(OURS);
    expect(await outcomeOf(provider.removeApiScopes(updateIn(provider)))).toBe('done');
    expect(sent).toEqual([]);
  });

  it('deletes a client scope that goes as the Api is taken over, of the stack that it was of', async () => {
    const { provider, sent } = realm(THEIRS, [OF_THE_STACK]);
    const update = updateIn(provider);
    const adopt: AdoptChange = {
      ...update,
      op: 'adopt',
      from: ['theirs'],
      before: { ...update.before, stack: 'theirs' },
      after: { ...update.after, scopes: {} },
    };
    expect(await outcomeOf(provider.removeApiScopes(adopt))).toBe('done');
    expect(sent).toEqual(['DELETE client-scopes/found']);
  });

  it("deletes a client scope that only the stack's own clients hold", async () => {
    const { provider, sent } = realm(OURS, [OF_THE_STACK]);
    expect(await removeFrom(provider)).toBe('done');
    expect(sent).toEqual(['DELETE client-scopes/found']);
  });
});
