import type { ClientFields } from '../fields.ts';

/** What notes are made of beside the client. */
export interface NoteSources {
  /** Client scopes of the realm that put no audience into tokens and are none of Keycloak's own. */
  readonly withoutAudience: ReadonlySet<string>;
  /** Those that put one there in a way that no Api can say. */
  readonly strays: ReadonlySet<string>;
}

/** What a reader of a client's manifest must know beside what it says, one sentence each. */
export function notesOf(otherScopes: ClientFields['otherScopes'], { withoutAudience, strays }: NoteSources): string[] {
  const scopes = [...otherScopes.default, ...otherScopes.optional].toSorted();
  return [
    ...scopes
      .filter((name) => withoutAudience.has(name))
      .map((name) => `scope ${name} puts no audience into tokens: which API is it of?`),
    ...scopes
      .filter((name) => strays.has(name))
      .map((name) => `scope ${name} puts an audience into tokens in a way that no Api can say: it is held as it is.`),
  ];
}
