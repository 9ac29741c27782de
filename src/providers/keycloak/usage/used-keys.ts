import { addressOf } from '../../../model/address.ts';
import type { DesiredClient, DesiredState } from '../../../model/desired.ts';
import { describeMoment } from '../../../model/text/moment.ts';
import { formatDuration } from '../../../model/text/duration.ts';
import { isJsonList } from '../../../model/values/json.ts';
import type { ActualObject } from '../../../model/state.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { ServiceAccounts } from '../roles/service-accounts.ts';
import { lastUseOf } from './key-use.ts';
import type { KeyUse } from './key-use.ts';
import { LoginHistory } from './login-history.ts';

/** Objects with the keys that are to stay out of those past their overlap, and what is to be said about it. */
export interface LookedAfterKeys {
  readonly objects: readonly ActualObject[];
  readonly notices: readonly string[];
}

/** What the keys of clients are looked after by. */
interface KeyQuestion {
  readonly desired: Pick<DesiredState, 'apis' | 'clients'>;
  /** Unix seconds. */
  readonly now: number;
  /** The service accounts of the realm, where they are listed. */
  readonly accounts: Promise<ServiceAccounts> | undefined;
}

/**
 * Keys past their overlap whose clients have `endWhen: unused`: one that was used since does not end yet, nor does one of which
 * that is not known. Asked are events of such clients alone, which are few at any moment.
 */
export async function keepUsedKeys(
  api: KeycloakApi,
  objects: readonly ActualObject[],
  { desired, now, accounts }: KeyQuestion,
): Promise<LookedAfterKeys> {
  const waiting = new Map(desired.clients.filter(waits).map((client) => [addressOf('Client', client.name), client]));
  const history = new LoginHistory(api, now);
  const kept = new Map<ActualObject, Kept>();
  for (const object of objects) {
    const client = waiting.get(object.address);
    const keys = new Set(endedIn(object.fields));
    if (client === undefined || keys.size === 0) continue;
    const { overlap: seconds } = client.credential.rotate;
    const use =
      introspection(client, desired) ??
      (await lastUseOf(api, { clientId: client.clientId, accounts, keys }, { history, seconds }));
    if (use.is === 'used') kept.set(object, usedKey(object, use.at, seconds));
    else if (use.is === 'unknown') kept.set(object, unknownKey(object, client, use));
  }
  return {
    objects: objects.map((object) => kept.get(object)?.object ?? object),
    notices: [...kept.values()].map(({ notice }) => notice),
  };
}

interface Kept {
  readonly object: ActualObject;
  readonly notice: string;
}

type UnknownKeyUse = Extract<KeyUse, { is: 'unknown' }>;

/** A resource server shows its key to the introspection endpoint, and that makes no login event. */
function introspection({ name }: DesiredClient, { apis }: KeyQuestion['desired']): UnknownKeyUse | undefined {
  const api = apis.find(({ introspectedBy }) => introspectedBy === name);
  return api === undefined
    ? undefined
    : { is: 'unknown', why: `Api ${api.name} introspects tokens by this client, which makes no login event` };
}

function unknownKey(object: ActualObject, { name }: DesiredClient, { why }: UnknownKeyUse): Kept {
  return {
    object: withoutEnd(object),
    notice: `${object.address}: its previous key is past its overlap. It stays, for whether it is still used is not known: ${why}. \`grantry rotate ${name} --revoke-now\` ends it.`,
  };
}

/** Without a moment at which its overlap was over: by that one rotations would end it. */
function withoutEnd({ credential, ...object }: ActualObject): ActualObject {
  const fields = { ...object.fields, endedKeys: [] };
  if (credential === undefined) return { ...object, fields };
  const { previousUntil: _past, ...endless } = credential;
  return { ...object, fields, credential: endless };
}

function usedKey(object: ActualObject, seenAt: number, overlap: number): Kept {
  const { credential } = object;
  return {
    object: {
      ...object,
      fields: { ...object.fields, endedKeys: [] },
      ...(credential === undefined ? {} : { credential: { ...credential, previousUntil: seenAt + overlap } }),
    },
    notice: `${object.address}: its previous key was last used at ${describeMoment(seenAt * 1000)}. It stays until it is not used for ${formatDuration(overlap)}.`,
  };
}

function waits({ credential }: DesiredClient): boolean {
  return credential.rotate.endWhen === 'unused';
}

function endedIn({ endedKeys }: ActualObject['fields']): string[] {
  return isJsonList(endedKeys) ? endedKeys.map(String) : [];
}
