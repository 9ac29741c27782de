import { describe, expect, it } from 'vitest';
import { client, state } from '../../../test/support/bench/declared.ts';
import type { Estate, EstateClient, LeftOut } from '../../model/estate.ts';
import type { IgnoredClients } from '../../model/target.ts';
import { undeclaredClients } from './undeclared.ts';

function there(clientId: string, special: Partial<EstateClient> = {}): EstateClient {
  return {
    id: clientId,
    clientId,
    displayName: clientId,
    isEnabled: true,
    auth: 'client_secret_basic',
    access: [],
    settings: undefined,
    lastUsed: undefined,
    delivered: undefined,
    mark: undefined,
    description: '',
    facts: {},
    notes: [],
    ...special,
  };
}

function unsaid(id: string, reason: string): LeftOut {
  return { kind: 'Client', id, displayName: id, facts: {}, reason, why: '', todo: '' };
}

function marked(stack: string, name: string): LeftOut {
  return { ...unsaid(`${stack} ${name}`, 'mixed'), mark: { stack, name, owner: undefined } };
}

function look(estate: Partial<Estate>, ignore: readonly IgnoredClients[] = []) {
  const desired = state([], [client('orders', {}, { clientId: 'Order Service' }), client('audit')]);
  const target = { ...desired.target, ignore };
  return undeclaredClients({ apis: [], clients: [], leftOut: [], ...estate }, { ...desired, target });
}

describe('undeclaredClients', () => {
  it('are those that no manifest declares, be it by client_id or by the mark of the stack', () => {
    const marked = there('id-7', { mark: { stack: 'acme', name: 'audit', owner: undefined } });
    const lost = there('lost', { mark: { stack: 'acme', name: 'lost', owner: undefined } });
    expect(look({ clients: [there('b'), there('Order Service'), marked, lost, there('a')] }).shadow).toEqual([
      'a',
      'b',
      'lost',
    ]);
  });

  it('are those too that no manifest could say, unless somebody else answers for them', () => {
    const others = there('theirs', { mark: { stack: 'others', name: 'theirs', owner: undefined } });
    const leftOut = [unsaid('legacy', 'mixed'), unsaid('x', 'other-stack'), unsaid('grantry', 'own-account')];
    expect(look({ clients: [others], leftOut }).shadow).toEqual(['legacy']);
    expect(look({ leftOut: [{ ...unsaid('an-audience', 'no-audience'), kind: 'Api' }] }).shadow).toEqual([]);
  });

  it('are not those that carry the mark of another stack or of a manifest, though no manifest could say them', () => {
    const leftOut = [marked('others', 'audit'), marked('acme', 'audit'), marked('acme', 'lost')];
    expect(look({ leftOut }).shadow).toEqual(['acme lost']);
  });

  it('are not those that the Target ignores: each with the reason of the first entry', () => {
    const ignore = [
      { client: 'https://*', reason: 'one' },
      { client: '*', reason: 'two' },
    ];
    const found = look({ clients: [there('https://a.test/b'), there('c')], leftOut: [unsaid('d', 'mixed')] }, ignore);
    expect(found).toEqual({
      shadow: [],
      ignored: [
        { id: 'c', reason: 'two' },
        { id: 'd', reason: 'two' },
        { id: 'https://a.test/b', reason: 'one' },
      ],
      notices: [],
    });
  });

  it('has a notice for an entry that ignores nothing, be it that a manifest declares the client', () => {
    const ignore = [
      { client: 'gone-*', reason: 'x' },
      { client: 'audit', reason: 'y' },
    ];
    const { notices } = look({ clients: [there('audit')] }, ignore);
    expect(notices).toEqual([expect.stringContaining('gone-*'), expect.stringContaining('audit')]);
  });

  it('takes a client_id with characters of globs for what it is', () => {
    expect(look({ clients: [there('a[1](b)'), there('!x')] }, [{ client: 'a[1](b)', reason: 'r' }]).shadow).toEqual([
      '!x',
    ]);
  });
});
