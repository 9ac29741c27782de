import { shellWord } from '../../../../model/text/shell-word.ts';
import type { LeftOutReason } from '../../../../model/estate.ts';

/** Why manifests cannot say an object, and what to do about it. */
export type Reason = LeftOutReason;

/** A client of a realm, as `kcadm.sh` names it. */
export interface ClientPlace {
  /** Keycloak's own id. */
  readonly id: string;
  readonly realm: string;
}

/** A line for Keycloak's own command line, as the end of a sentence. */
export function kcadmUpdate({ id, realm }: ClientPlace, settings: string): string {
  return `kcadm.sh update clients/${id} -r ${shellWord(realm)} ${settings}`;
}
