import type { LeftOutReason } from '../../../model/estate.ts';
import { shellWord } from '../../../model/text/shell-word.ts';
import type { JsonObject } from '../../../model/values/json.ts';
import { isPlainId } from '../convert/plain-id.ts';

/** Why manifests cannot say an object, and what to do about it. */
export type Reason = LeftOutReason;

/** An object as the Management API names it. */
export interface Place {
  readonly list: 'client-grants' | 'clients' | 'resource-servers';
  readonly id: string;
}

/** `words`, with a line for Auth0's own command line that changes the object. */
export function byPatch(words: string, place: Place, body: JsonObject): string {
  return withLine(words, place, (path) => `auth0 api patch ${path} --data ${shellWord(JSON.stringify(body))}`);
}

/** `words`, with a line for Auth0's own command line that deletes the object. */
export function byDelete(words: string, place: Place): string {
  return withLine(words, place, (path) => `auth0 api delete ${path}`);
}

/** An id that is none of Auth0's may lead elsewhere (`..`, `?`), however it is quoted: it stands in no command. */
function withLine(words: string, { list, id }: Place, lineFor: (path: string) => string): string {
  return isPlainId(id) ? `${words}: ${lineFor(shellWord(`${list}/${id}`))}` : `${words}.`;
}
