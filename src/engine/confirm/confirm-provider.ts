import { isSameCredential } from '../../credentials/registry.ts';
import type { Credential } from '../../model/secrets/credential.ts';
import type { Delivery } from '../../model/state.ts';
import type {
  Capabilities,
  FederationFacet,
  KeysFacet,
  Provider,
  SecretsFacet,
  WrittenCredential,
} from '../../providers/provider.ts';
import { requireAsWritten, requireGone, requireNothingLost } from './read-back.ts';

/**
 * The same provider, whose writes fail where they did not happen, whatever the server said. What a create or a change of an
 * object left is judged where the rest of that change is known: a credential is delivered first, say.
 */
export function confirmProvider(provider: Provider): Provider {
  const { secrets, keys, federation } = provider;
  const server = provider.describe();
  return {
    capabilities: provider.capabilities,
    tokens: provider.tokens,
    words: provider.words,
    describe: () => server,
    project: (desired) => provider.project(desired),
    read: (desired, options) => provider.read(desired, options),
    endpoints: () => provider.endpoints(),
    findClient: (key) => provider.findClient(key),
    whyTaken: (clientId) => provider.whyTaken(clientId),
    answers: () => provider.answers(),
    server: () => provider.server(),
    explainDifference: (paths) => provider.explainDifference(paths),
    readGrants: (desired, names) => provider.readGrants(desired, names),
    addApiScopes: (change) => provider.addApiScopes(change),
    createClient: (client) => provider.createClient(client),
    updateClient: (change) => provider.updateClient(change),
    removeApiScopes: async (change) => {
      const found = await provider.removeApiScopes(change);
      if (change.op === 'delete') requireGone(server, `the delete of ${change.address}`, found && scopesIn(found));
      else await requireAsWritten(change, found ?? {}, provider);
      return found;
    },
    deleteClient: async (change) => {
      await provider.deleteClient(change);
      const found = await provider.findClient({ id: change.id });
      requireGone(server, `the delete of ${change.address}`, found && `the client ${found.clientId}`);
    },
    markDelivered: async (id, delivery) => {
      const found = await provider.markDelivered(id, delivery);
      requireNothingLost(server, `the mark of the delivery to ${delivery.place}`, lostOfMark(delivery, found));
      return found;
    },
    changeOverlap: async (change) => {
      const found = await provider.changeOverlap(change);
      if (change.op === 'delete') requireGone(server, `the delete of ${change.address}`, found && change.address);
      else await requireAsWritten(change, found ?? {}, provider);
      return found;
    },
    ...(provider.revokeTokens === undefined
      ? {}
      : {
          revokeTokens: async (id, before) => {
            const found = await provider.revokeTokens?.(id, before);
            const lost = found === before ? [] : ['the moment before which tokens are revoked is another one'];
            requireNothingLost(server, 'the revocation of tokens', lost);
            return found;
          },
        }),
    ...(federation === undefined ? {} : { federation: confirmFederation(federation, provider) }),
    ...(secrets === undefined ? {} : { secrets: confirmSecrets(secrets, provider.capabilities, server) }),
    ...(keys === undefined ? {} : { keys: confirmKeys(keys, server) }),
  };
}

function confirmFederation(federation: FederationFacet, provider: Provider): FederationFacet {
  const server = provider.describe();
  // What explains the fields of clients, such as a policy for clients, has nothing to do with issuers.
  const judge = { describe: () => server, words: provider.words, explainDifference: async () => undefined };
  return {
    readIdentity: (id) => federation.readIdentity(id),
    evaluate: (clientId, parameters) => federation.evaluate(clientId, parameters),
    changeIssuer: async (change) => {
      const found = await federation.changeIssuer(change);
      if (change.op === 'delete') requireGone(server, `the delete of ${change.address}`, found && change.address);
      else await requireAsWritten(change, found ?? {}, judge);
      return found;
    },
  };
}

/** What a new secret must be like depends on the one before: whether the server made one is judged by the rotation. */
function confirmSecrets(secrets: SecretsFacet, capabilities: Capabilities, server: string): SecretsFacet {
  return {
    read: (id) => secrets.read(id),
    regenerate: (id) => secrets.regenerate(id),
    set: async (id, chosen) => {
      const written = await secrets.set(id, chosen);
      requireNothingLost(server, 'the change of a secret', lostOfCredential(chosen, written, capabilities));
      return written;
    },
    endOverlap: async (id) => {
      const ended = await secrets.endOverlap(id);
      const { previousUntil } = ended;
      requireGone(server, 'the end of an overlap', previousUntil === undefined ? undefined : 'the previous secret');
      return ended;
    },
  };
}

function confirmKeys(keys: KeysFacet, server: string): KeysFacet {
  return {
    now: () => keys.now(),
    read: (id) => keys.read(id),
    add: async (id, added) => {
      const written = await keys.add(id, added);
      const { key, delivery } = added;
      const lost = [
        ...(written.present?.keyId === key.keyId ? [] : ['the key is another one']),
        ...lostOfMark(delivery, written.delivered),
      ];
      requireNothingLost(server, 'a new key', lost);
      return written;
    },
    keepNewest: async (id) => {
      const left = await keys.keepNewest(id);
      requireGone(server, 'the end of an overlap', left.previousUntil === undefined ? undefined : 'the previous key');
      return left;
    },
  };
}

function scopesIn(fields: Readonly<Record<string, unknown>>): string {
  const { scopes } = fields;
  const names = typeof scopes === 'object' && scopes !== null ? Object.keys(scopes) : [];
  return names.length === 0 ? 'it' : names.join(', ');
}

/** A credential that the caller chose, as it was to be. */
interface Chosen {
  readonly credential: Credential;
  /** Unix seconds; undefined: it has no age. */
  readonly createdAt: number | undefined;
  readonly delivery: Delivery;
}

/** What of a chosen credential is not as it was written. One that the account may not see only a proof shows. */
export function lostOfCredential(
  { credential, createdAt, delivery }: Chosen,
  written: WrittenCredential,
  { secretChangeVisible }: Pick<Capabilities, 'secretChangeVisible'>,
): string[] {
  const hasAnotherTime = secretChangeVisible && written.createdAt !== createdAt;
  return [
    ...lostOfValue(credential, written),
    ...(hasAnotherTime ? ['the time of the secret is another one'] : []),
    ...lostOfMark(delivery, written.delivered),
  ];
}

function lostOfValue(credential: Credential, written: WrittenCredential): string[] {
  switch (credential.kind) {
    case 'client-secret': {
      const isAnother = written.credential !== undefined && !isSameCredential(written.credential, credential);
      return isAnother ? ['the secret is another one'] : [];
    }
    case 'private-key-jwt':
      return written.keyId === credential.keyId ? [] : ['the key is another one'];
    case 'federated-jwt':
      // The fields of the client say who it is.
      return [];
    default:
      return credential satisfies never;
  }
}

const MARK_WORDS = {
  place: 'the place',
  path: 'the path',
  facts: 'the digest of the facts',
  at: 'the time of the secret',
  since: 'the age of the secret',
} as const satisfies Partial<Record<keyof Delivery, string>>;

/** What of the mark of a delivery is not as it was written. How often a secret is rotated is no part of the delivery. */
function lostOfMark(wanted: Delivery, found: Delivery | undefined): string[] {
  if (found === undefined) return ['the client bears no mark of its delivery'];
  const keys = ['place', 'path', 'facts', 'at', 'since'] as const;
  return keys.flatMap((key) =>
    found[key] === wanted[key] ? [] : [`${MARK_WORDS[key]} in the mark of its delivery is another one`],
  );
}
