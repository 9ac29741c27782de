import type { AccountAnswer } from './account-answer.ts';
import { addressOf } from '../../../model/address.ts';
import type { Address } from '../../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import type { ActualObject, Completion } from '../../../model/state.ts';
import { sameJson } from '../../../model/values/json.ts';
import { unlessForbidden } from '../../refusals.ts';
import { settingsOf } from '../client-settings.ts';
import type { Access } from './access.ts';
import { MARK, parseDeclared } from '../convert/marks.ts';
import type { RealmInfo } from '../read/realm-info.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import type { RoleBook } from './role-book.ts';
import { nameRole, roleKeys, roleNamesOf, sameRole } from './role-names.ts';
import type { RoleKey } from './role-names.ts';

interface Desired {
  readonly desired: DesiredState;
  /** The desired client that each one is, by its id. */
  readonly desiredOf: ReadonlyMap<string, DesiredClient>;
}

/** What the declared roles of clients hold, and what leaves the tokens of a client that full scope is taken from. */
export async function completeRoles(
  rows: readonly ClientRepresentation[],
  { desired, desiredOf }: Desired,
  { answers, book }: Access,
  info: RealmInfo,
): Promise<{ readonly completions: ReadonlyMap<Address, Completion>; readonly notices: readonly string[] }> {
  const rowOf = new Map(rows.map((row) => [desiredOf.get(row.id)?.name, row]));
  const unseen: string[] = [];
  const complete = async (client: DesiredClient): Promise<[Address, Completion][]> => {
    const row = rowOf.get(client.name);
    const declared = roleKeys(settingsOf(client).serviceAccountRoles);
    const parts = declared.length === 0 ? [] : await unlessForbidden(book.partsOf(declared));
    if (parts === undefined) unseen.push(client.name);
    const answer = row?.fullScopeAllowed === true ? answers.get(row.id) : undefined;
    const lost = await losses(answer, [...declared, ...(parts ?? [])], book, info);
    if (declared.length === 0 && lost === undefined) return [];
    // Where they are not seen, they are as they were.
    const roleParts = parts === undefined ? parseDeclared(row?.attributes[MARK.declared]).parts : roleNamesOf(parts);
    const notes = lost === undefined ? {} : { fullScopeAllowed: lost };
    return [[addressOf('Client', client.name), { fields: declared.length === 0 ? {} : { roleParts }, notes }]];
  };
  const completions = new Map((await Promise.all(desired.clients.map(complete))).flat());
  return { completions, notices: unseen.length === 0 ? [] : [unseenParts(unseen)] };
}

/**
 * What roles held when the client was last applied is noted on those of the stack alone. Of another one that holds what is declared,
 * they hold what they hold now: to take it over changes nothing about that.
 */
export function withPartsOfNow(
  object: ActualObject,
  client: DesiredClient | undefined,
  completions: ReadonlyMap<Address, Completion>,
): ActualObject {
  const roleParts = completions.get(object.address)?.fields['roleParts'];
  if (client === undefined || roleParts === undefined || object.foreign.length === 0) return object;
  const declared = roleNamesOf(roleKeys(settingsOf(client).serviceAccountRoles));
  return sameJson(object.fields['roles'], declared) ? { ...object, fields: { ...object.fields, roleParts } } : object;
}

function unseenParts(clients: readonly string[]): string {
  return (
    `What the declared roles of ${clients.toSorted().join(', ')} hold was not looked at: parts of composite roles are not shown. ` +
    'Looking takes view-realm of the client realm-management.'
  );
}

/** With full scope a token carries all that the service account holds, what the server gives to each too. */
async function losses(
  answer: AccountAnswer | undefined,
  kept: readonly RoleKey[],
  book: RoleBook,
  { defaultRole }: RealmInfo,
): Promise<string | undefined> {
  if (answer === undefined || answer.serviceAccount === 'missing') return undefined;
  const own = [...roleKeys(answer.roles), ...answer.rolesOfGroups, { client: undefined, name: defaultRole }];
  const parts = (await unlessForbidden(book.partsOf(own))) ?? [];
  const [first, rest] = [own, parts].map((roles) => namesWithout(roles, kept));
  if (!first || !rest || first.length + rest.length === 0) return undefined;
  const all = [...first, ...(rest.length === 0 ? [] : [`and what they hold: ${rest.join(', ')}`])];
  return `its tokens lose ${all.join(', ')}`;
}

function namesWithout(roles: readonly RoleKey[], kept: readonly RoleKey[]): string[] {
  const leaving = roles.filter((role) => !kept.some((other) => sameRole(other, role)));
  return [...new Set(leaving.map(nameRole))].toSorted();
}
