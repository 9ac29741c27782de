import type { LeftOutReason } from '../../../model/estate.ts';
import type { JsonObject } from '../../../model/values/json.ts';

/** Why manifests cannot say an object, and what to do about it. */
export type Reason = LeftOutReason;

/** A line for Auth0's own command line, as the end of a sentence. */
export function patchOf(path: string, body: JsonObject): string {
  return `auth0 api patch ${path} --data '${JSON.stringify(body)}'`;
}
