import type { ActualObject } from '../../../model/state.ts';
import type { AccountAnswer } from './account-answer.ts';
import { describe, expect, it } from 'vitest';
import { client, state } from '../../../../test/support/bench/declared.ts';
import { givenTokens, keycloakSettings } from '../../../../test/support/servers/keycloak-settings.ts';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { KeycloakApi } from '../http/api.ts';
import { ClientIndex } from '../read/client-index.ts';
import { resolveKeycloakClient } from '../client-settings.ts';
import { completeRoles, withPartsOfNow } from './complete-roles.ts';
import { formatDeclared } from '../convert/marks.ts';
import { clientRepresentation } from '../convert/representations.ts';
import { RoleBook } from './role-book.ts';

const INFO = { isSeen: true, defaultRole: 'default-roles-acme', longest: undefined };
const NONE = { realm: [], clients: {} };
const ANSWER: AccountAnswer = {
  serviceAccount: 'enabled',
  roles: NONE,
  groups: [],
  rolesOfGroups: [],
  scopeMappings: NONE,
};

interface Found {
  /** What every role holds; a number: the status with which the server answers instead. */
  readonly parts: readonly string[] | number;
  readonly roles?: readonly string[];
  readonly fullScopeAllowed?: boolean;
  readonly answer?: AccountAnswer;
  readonly declaredBefore?: string;
}

async function complete({ parts, roles = ['auditor'], fullScopeAllowed = false, answer, declaredBefore }: Found) {
  const ports = portsOver(async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    if (typeof parts === 'number') return Response.json({}, { status: parts });
    // Parts hold nothing more.
    return Response.json(pathname.includes('part-') ? [] : parts.map((name) => ({ id: name, name })));
  });
  const desired = client(
    'orders',
    {},
    { settings: resolveKeycloakClient({ serviceAccountRoles: { realm: [...roles], clients: {} } }) },
  );
  const attributes = declaredBefore === undefined ? {} : { 'grantry.declared': declaredBefore };
  const row = clientRepresentation.parse({ id: '1', clientId: 'orders', fullScopeAllowed, attributes });
  const api = new KeycloakApi(keycloakSettings(), ports, givenTokens());
  const book = new RoleBook(api, new ClientIndex(api, { clients: [], isWhole: true }));
  const answers = new Map(answer === undefined ? [] : [['1', answer] as const]);
  const { completions, notices } = await completeRoles(
    [row],
    { desired: state([], [desired]), desiredOf: new Map([['1', desired]]) },
    { answers, book, notices: [] },
    INFO,
  );
  return { completion: completions.get('Client/orders'), notices };
}

describe('completeRoles', () => {
  it('says which parts the declared roles hold', async () => {
    const { completion, notices } = await complete({ parts: ['part-1'] });
    expect([completion?.fields, notices]).toEqual([{ roleParts: { realm: ['part-1'], clients: {} } }, []]);
  });

  it('takes parts that it may not see for those that were there, and says so', async () => {
    const declaredBefore = formatDeclared({}, { ...NONE, realm: ['auditor'] }, { ...NONE, realm: ['part-1'] });
    const { completion, notices } = await complete({ parts: 403, declaredBefore });
    expect(completion?.fields).toEqual({ roleParts: { realm: ['part-1'], clients: {} } });
    expect(notices).toEqual([expect.stringMatching(/^What the declared roles of orders hold was not looked at/)]);
  });

  it('says nothing of a client that declares no role and keeps what it has', async () => {
    expect(await complete({ parts: [], roles: [], answer: ANSWER })).toEqual({ completion: undefined, notices: [] });
  });

  it('says what leaves the tokens with full scope, but for what is declared', async () => {
    const answer = { ...ANSWER, roles: { realm: ['auditor', 'boss'], clients: {} } };
    const { completion } = await complete({ parts: ['part-1'], fullScopeAllowed: true, answer });
    expect(completion?.notes).toEqual({ fullScopeAllowed: 'its tokens lose boss, default-roles-acme' });
    const undeclared = await complete({ parts: ['part-1'], roles: [], fullScopeAllowed: true, answer });
    expect(undeclared.completion?.notes).toEqual({
      fullScopeAllowed: 'its tokens lose auditor, boss, default-roles-acme, and what they hold: part-1',
    });
    expect(undeclared.completion?.fields).toEqual({});
  });

  it('says nothing of the tokens of a client without a service account, or whose roles were not looked at', async () => {
    const missing = { ...ANSWER, serviceAccount: 'missing' as const };
    for (const answer of [missing, undefined]) {
      const found = await complete({ parts: [], fullScopeAllowed: true, ...(answer === undefined ? {} : { answer }) });
      expect(found.completion?.notes).toEqual({});
    }
  });
});

describe('withPartsOfNow', () => {
  const auditor = { realm: ['auditor'], clients: {} };
  const roleParts = { realm: ['reader'], clients: {} };
  const settings = resolveKeycloakClient({ serviceAccountRoles: auditor });
  const completions = new Map([['Client/orders', { fields: { roleParts }, notes: {} }]] as const);
  const parts = (foreign: ActualObject['foreign'], roles = auditor): unknown => {
    const object = {
      address: 'Client/orders',
      id: '1',
      owner: '',
      foreign,
      fields: { roles, roleParts: NONE },
    } as const;
    return withPartsOfNow(object, client('orders', {}, { settings }), completions).fields['roleParts'];
  };
  const theirs = [{ what: 'client orders', stack: undefined }];

  it('takes what the roles of a client that is taken over hold for what they held before', () => {
    expect(parts(theirs)).toEqual(roleParts);
  });

  it('shows what is gained by roles that such a client has not yet', () => {
    expect(parts(theirs, NONE)).toEqual(NONE);
  });

  it('goes by the mark of a client of the stack', () => {
    expect(parts([])).toEqual(NONE);
  });
});
