import type { AccountAnswer } from './account-answer.ts';
import { GrantryError } from '../../../model/errors.ts';
import { unlessForbidden } from '../../refusals.ts';
import { describeKeycloak } from '../settings.ts';
import type { RoleNames } from '../fields.ts';
import type { KeycloakApi } from '../http/api.ts';
import { GroupBook } from './group-book.ts';
import type { RealmInfo } from '../read/realm-info.ts';
import type { ClientIndex } from '../read/client-index.ts';
import { canBeNamed, RoleBook } from './role-book.ts';
import { NOTHING_HELD, readHeldBy, readHoldersOf, readRealmRolesOf, readScopeMappings } from './role-holders.ts';
import type { Held } from './role-holders.ts';
import { nameRole, NO_ROLES, roleNamesOf, sameRole } from './role-names.ts';
import type { RoleKey } from './role-names.ts';
import { accountName } from './service-accounts.ts';
import type { ServiceAccount, ServiceAccounts } from './service-accounts.ts';

/** A client with a service account, whose roles show what it can do. */
export interface AccountQuestion {
  /** Keycloak's own id of the client; answers go by it. */
  readonly id: string;
  readonly clientId: string;
  /** The roles that it is to have, and those that it was to have when it was last applied. */
  readonly declared: readonly RoleKey[];
  /** It is not the stack's: all that it holds is looked at, as to take it over takes that away. */
  readonly isForeign: boolean;
}

export interface Access {
  /** By the client's id; none where service accounts may not be looked at. */
  readonly answers: ReadonlyMap<string, AccountAnswer>;
  /** What the account may not look at, and what holds for every client. */
  readonly notices: readonly string[];
  readonly book: RoleBook;
}

export interface AccessSetting {
  readonly info: RealmInfo;
  readonly clients: ClientIndex;
  /** Of these clients, and maybe of more; rejects where the account may not look. */
  readonly accounts: Promise<ServiceAccounts>;
  /** False: scope mappings are not read. */
  readonly withScopes: boolean;
}

/**
 * Clients whose roles Keycloak itself obeys. It goes by what a service account holds and what the client's scope lets through,
 * whether a token says so or not. Roles of other clients are nothing but claims: a proof sees them.
 */
const KEYCLOAKS_OWN = ['realm-management', 'account', 'broker'];

/** The realm that the server is administered in has one such client for each realm. */
const MASTER = 'master';

function isKeycloaksOwn(clientId: string, realm: string): boolean {
  return KEYCLOAKS_OWN.includes(clientId) || (realm === MASTER && clientId.endsWith('-realm'));
}

/**
 * What gives clients more than their scopes do: the roles of their service accounts, and the scope mappings of those that
 * have any. Without `view-users` nothing of it is seen, without `view-realm` nothing of realm roles and groups.
 */
export async function readAccess(
  api: KeycloakApi,
  questions: readonly AccountQuestion[],
  { info, accounts: reading, clients, withScopes }: AccessSetting,
): Promise<Access> {
  const book = new RoleBook(api, clients);
  if (questions.length === 0) return { answers: new Map(), notices: [], book };
  // What is declared must be compared, and stands in tokens too; what is not can be left out, and is said.
  const mustSee = withScopes && questions.some(({ declared }) => declared.length > 0);
  const accounts = mustSee ? await reading : await unlessForbidden(reading);
  if (accounts === undefined) return { answers: new Map(), notices: [UNSEEN_ACCOUNTS], book };
  const groups = info.isSeen ? await GroupBook.open(api) : undefined;
  const given = info.isSeen ? await givenToAll(api, info, book, groups) : [];
  const present = questions.flatMap((question) => {
    const account = accounts.get(accountName(question.clientId));
    return account === undefined ? [] : [{ ...question, account }];
  });
  const held = await readHeld(api, present, { info, book, groups });
  const answers = questions.map(async (question): Promise<[string, AccountAnswer]> => {
    const account = accounts.get(accountName(question.clientId));
    const { roles, groups: through } = relevantOf(held.get(question.id) ?? NOTHING_HELD, question, api, info);
    const matters = question.isForeign || question.declared.length + roles.length + through.length + given.length > 0;
    return [
      question.id,
      {
        serviceAccount: account === undefined ? 'missing' : account.enabled ? 'enabled' : 'disabled',
        roles: roles.length === 0 ? NO_ROLES : roleNamesOf(roles),
        groups: through.map(({ path }) => path).toSorted(),
        rolesOfGroups: through.flatMap((group) => group.roles),
        scopeMappings: matters && withScopes ? await scopeMappingsOf(api, question, roles, info) : NO_ROLES,
      },
    ];
  });
  const notices = [...(info.isSeen ? [] : [UNSEEN_REALM]), ...(given.length === 0 ? [] : [givenNotice(given)])];
  return { answers: new Map(await Promise.all(answers)), notices, book };
}

/**
 * From Keycloak 27 on an account without `view-realm` is shown no realm roles in scope mappings, unless it may give them: none
 * is then no answer where the service account holds such a role.
 */
async function scopeMappingsOf(
  api: KeycloakApi,
  question: AccountQuestion,
  held: readonly RoleKey[],
  { isSeen }: RealmInfo,
): Promise<RoleNames> {
  const mappings = await readScopeMappings(api, question);
  const isExpected = held.some(({ client }) => client === undefined);
  if (isSeen || !isExpected || mappings.realm.length > 0) return mappings;
  const { clientId } = question;
  const where = describeKeycloak(api.settings);
  throw new GrantryError('NOT_ALLOWED', `${where} lists no realm role in the scope mappings of client ${clientId}`, {
    hint: [
      'Its service account holds some, so either somebody took them out of its scope, or this account may not see them: without the role view-realm Keycloak 27 shows none.',
      api.adviseOnRights('view-realm'),
    ],
  });
}

const UNSEEN_ACCOUNTS =
  'Service accounts were not looked at: one that is gone or disabled, and roles given by hand, are not seen. ' +
  'Looking takes view-users of the client realm-management, and for roles of the realm and groups view-realm too.';

const UNSEEN_REALM =
  'Realm roles and groups that nobody declares were not looked at: a service account that has some by hand is not seen, nor a client scope. ' +
  'Looking takes view-realm of the client realm-management.';

function givenNotice(given: readonly RoleKey[]): string {
  const names = [...new Set(given.map(nameRole))].toSorted().join(', ');
  return (
    `The realm gives every service account, by its default role or default groups: ${names}. ` +
    'Nothing but scope mappings stands between a client and that: take it out of what everybody gets.'
  );
}

/** What of the roles for administrators everybody has, by the realm's default role or its default groups. */
async function givenToAll(
  api: KeycloakApi,
  { defaultRole }: RealmInfo,
  book: RoleBook,
  groups: GroupBook | undefined,
): Promise<RoleKey[]> {
  const base = [{ client: undefined, name: defaultRole }, ...((await groups?.ofEverybody()) ?? [])];
  const all = [...base, ...(await book.partsOf(base))];
  const { realm } = api.settings;
  return all.filter(({ client }) => client === 'realm-management' || (realm === MASTER && client?.endsWith('-realm')));
}

interface Present extends AccountQuestion {
  readonly account: ServiceAccount;
}

interface Sources {
  readonly info: RealmInfo;
  readonly book: RoleBook;
  readonly groups: GroupBook | undefined;
}

/** Fewer accounts are asked one by one: the client `realm-management` alone has more roles than that. */
const FEW_ACCOUNTS = 20;

/** By the client's id. Holders are read role by role or account by account, whichever takes fewer requests. */
async function readHeld(api: KeycloakApi, present: readonly Present[], sources: Sources): Promise<Map<string, Held>> {
  const { info } = sources;
  const isAlone = ({ isForeign, declared }: Present): boolean =>
    isForeign || (!info.isSeen && declared.some(({ client }) => client === undefined));
  const [alone, others] = [present.filter(isAlone), present.filter((question) => !isAlone(question))];
  const byRole = await readByRole(api, others, sources);
  const byAccount = await readByAccount(api, byRole === undefined ? present : alone, sources);
  return new Map([...(byRole ?? []), ...byAccount]);
}

class TooManyRequests extends Error {}

/** Undefined where asking account by account takes fewer requests: users may be many, and may hold the same roles. */
async function readByRole(
  api: KeycloakApi,
  present: readonly Present[],
  { info, book, groups }: Sources,
): Promise<[string, Held][] | undefined> {
  if (present.length <= FEW_ACCOUNTS || api.settings.realm === MASTER) return undefined;
  const declared = present.flatMap((question) => question.declared.flatMap(({ client }) => client ?? []));
  const owners = [...(info.isSeen ? [undefined] : []), ...new Set([...KEYCLOAKS_OWN, ...declared])];
  const roles = (await Promise.all(owners.map((owner) => book.list(owner)))).flat();
  if (!roles.every(({ name }) => canBeNamed(name))) return undefined;
  const wanted = roles.filter(({ client, name }) => client !== undefined || name !== info.defaultRole);
  const perName = groups === undefined ? 1 : 2;
  let left = present.length * perName;
  // Each role takes one request at least.
  if (wanted.length * perName > left) return undefined;
  const spend = (): void => {
    left -= 1;
    if (left < 0) throw new TooManyRequests();
  };
  try {
    const held = await readHoldersOf(api, wanted, { roles: book, groups }, spend);
    return present.flatMap(({ id, clientId }) => {
      const found = held.get(accountName(clientId));
      return found === undefined ? [] : [[id, found] as [string, Held]];
    });
  } catch (error) {
    if (error instanceof TooManyRequests) return undefined;
    throw error;
  }
}

async function readByAccount(
  api: KeycloakApi,
  present: readonly Present[],
  { info, groups }: Sources,
): Promise<[string, Held][]> {
  return Promise.all(
    present.map(async ({ id, clientId, account, isForeign, declared }): Promise<[string, Held]> => {
      const who = { id: account.id, clientId };
      const held = await readHeldBy(api, who, groups);
      const lacksRealm = !info.isSeen && (isForeign || declared.some(({ client }) => client === undefined));
      if (!lacksRealm) return [id, held];
      return [id, { ...held, roles: [...held.roles, ...(await readRealmRolesOf(api, who))] }];
    }),
  );
}

/** What matters of it, so that it is the same however it was read. */
function relevantOf(
  held: Held,
  { declared, isForeign }: AccountQuestion,
  { settings: { realm } }: KeycloakApi,
  { isSeen, defaultRole }: RealmInfo,
): Held {
  const owners = new Set(declared.flatMap(({ client }) => client ?? []));
  const matters = (role: RoleKey): boolean => {
    const { client, name } = role;
    if (declared.some((other) => sameRole(other, role))) return true;
    if (client === undefined) return name !== defaultRole && (isSeen || isForeign);
    return isForeign || isKeycloaksOwn(client, realm) || owners.has(client);
  };
  const groups = held.groups.map(({ path, roles }) => ({ path, roles: roles.filter(matters) }));
  return { roles: held.roles.filter(matters), groups: groups.filter(({ roles }) => roles.length > 0) };
}
