import { describeMoment } from '../../../model/text/moment.ts';
import type { ClientRepresentation } from '../convert/representations.ts';
import type { ClientFields } from '../fields.ts';
import { previousSecretUntil } from './left-out/previous-secret.ts';

/** What notes are made of beside the client. */
export interface NoteSources {
  /** Client scopes of the realm that put no audience into tokens and are none of Keycloak's own. */
  readonly withoutAudience: ReadonlySet<string>;
  /** Those that put one there in a way that no Api can say. */
  readonly strays: ReadonlySet<string>;
  /** Unix seconds. */
  readonly now: number;
}

/** What a reader of a client's manifest must know beside what it says, one sentence each. */
export function notesOf(
  { attributes }: Pick<ClientRepresentation, 'attributes'>,
  { otherScopes, wasLookedAt }: { readonly otherScopes: ClientFields['otherScopes']; readonly wasLookedAt: boolean },
  { withoutAudience, strays, now }: NoteSources,
): string[] {
  const scopes = [...otherScopes.default, ...otherScopes.optional].toSorted();
  const previousUntil = previousSecretUntil(attributes, now);
  return [
    ...scopes
      .filter((name) => withoutAudience.has(name))
      .map((name) => `scope ${name} puts no audience into tokens: which API is it of?`),
    ...scopes
      .filter((name) => strays.has(name))
      .map((name) => `scope ${name} puts an audience into tokens in a way that no Api can say: it is held as it is.`),
    ...(previousUntil === undefined
      ? []
      : [`a client policy of the realm accepts its previous secret until ${describeMoment(previousUntil * 1000)}.`]),
    ...(wasLookedAt ? [] : [UNSEEN]),
  ];
}

const UNSEEN =
  'the roles of its service account were not looked at: that takes view-users of the client realm-management.';
