import { addressOf } from '../../../model/address.ts';
import type { DesiredClient } from '../../../model/desired.ts';
import { describeMoment } from '../../../model/text/moment.ts';
import { formatDuration } from '../../../model/text/duration.ts';
import { isJsonList } from '../../../model/values/json.ts';
import type { ActualObject } from '../../../model/state.ts';
import type { KeycloakApi } from '../http/api.ts';
import { lastUseOf, readLoginHistory } from './key-use.ts';
import type { UnknownUse } from './key-use.ts';

/** Objects with the keys that are still used out of those past their overlap, and what is to be said about it. */
export interface LookedAfterKeys {
  readonly objects: readonly ActualObject[];
  readonly notices: readonly string[];
}

/**
 * Keys past their overlap whose clients have `endWhen: unused`: one that was used since does not end yet. Asked are events of such
 * clients alone, which are few at any moment.
 */
export async function keepUsedKeys(
  api: KeycloakApi,
  objects: readonly ActualObject[],
  { clients, now }: { readonly clients: readonly DesiredClient[]; readonly now: number },
): Promise<LookedAfterKeys> {
  const waiting = new Map(clients.filter(waits).map((client) => [addressOf('Client', client.name), client]));
  const candidates = objects.filter(({ address, fields }) => waiting.has(address) && endedIn(fields).length > 0);
  if (candidates.length === 0) return { objects, notices: [] };
  const kept = new Map<ActualObject, Kept>();
  const histories = new Map<number, Promise<UnknownUse | undefined>>();
  for (const object of candidates) {
    const overlap = waiting.get(object.address)?.credential.rotate.overlap ?? 0;
    const history = histories.get(overlap) ?? readLoginHistory(api, overlap);
    histories.set(overlap, history);
    const unknown = await history;
    if (unknown === undefined) {
      const keys = new Set(endedIn(object.fields));
      const seenAt = await lastUseOf(api, { id: object.id, keys }, now - overlap);
      if (seenAt !== undefined) kept.set(object, usedKey(object, seenAt, overlap));
    } else kept.set(object, { object, notice: `${object.address}: ${unknownWords(unknown)}` });
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

function unknownWords({ why }: UnknownUse): string {
  return `whether its previous key is still used is not known, as ${why}: its overlap ends by time, whatever endWhen says.`;
}

function usedKey(object: ActualObject, seenAt: number, overlap: number): Kept {
  const { endedKeys: _used, ...fields } = object.fields;
  const { credential } = object;
  return {
    object: {
      ...object,
      fields: { ...fields, endedKeys: [] },
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
