import { isScopeDescription, isScopeName } from '../../../manifest/schema/api.ts';
import type { EstateApi, LeftOut } from '../../../model/estate.ts';
import { formatDuration } from '../../../model/text/duration.ts';
import type { JsonObject } from '../../../model/values/json.ts';
import { senderConstraintOf, tokenTypeOf } from '../convert/token-form.ts';
import type { ResourceServer } from '../convert/representations.ts';
import { ALGORITHMS } from '../fields.ts';
import { byPatch } from './reasons.ts';
import type { Reason } from './reasons.ts';

/** An API of the tenant as an Api, or why no manifest can say it. */
export function apiOfServer(server: ResourceServer): { readonly api: EstateApi } | { readonly leftOut: LeftOut } {
  const { identifier: audience } = server;
  const displayName = server.name || audience;
  const reason = reasonOfServer(server);
  if (reason !== undefined) return { leftOut: { kind: 'Api', id: audience, displayName, facts: {}, ...reason } };
  return {
    api: {
      audience,
      displayName,
      scopes: Object.fromEntries(server.scopes.filter(isSayable).map(({ value, description }) => [value, description])),
      spec: specOf(server),
      introspectedBy: undefined,
      mark: undefined,
      description: '',
      facts: {},
      notes: notesOf(server),
    },
  };
}

type Scope = ResourceServer['scopes'][number];

/** One that cannot be said is left out by itself: of an Api that is adopted undeclared scopes stay. */
function isSayable({ value, description }: Scope): boolean {
  return isScopeName(value) && isScopeDescription(description);
}

function specOf(server: ResourceServer): JsonObject {
  const { token_lifetime: seconds, signing_alg: alg } = server;
  const type = tokenTypeOf(server);
  const token = { ...(alg === DEFAULT_ALGORITHM ? {} : { alg }), ...(type === null ? {} : { type }) };
  return {
    ...(seconds === undefined || seconds === 0 ? {} : { tokenLifetime: formatDuration(seconds) }),
    ...(Object.keys(token).length === 0 ? {} : { token }),
    ...(senderConstraintOf(server) === null ? {} : { senderConstrained: 'dpop' }),
  };
}

const DEFAULT_ALGORITHM = 'RS256';

function reasonOfServer(server: ResourceServer): Reason | undefined {
  const { signing_alg: alg, scopes } = server;
  if (!ALGORITHMS.some((known) => known === alg)) return otherAlgorithm(server);
  const constraint = senderConstraintOf(server);
  if (constraint !== null && constraint !== 'dpop') return otherConstraint(constraint);
  return scopes.some(isSayable) ? undefined : NO_SCOPES;
}

function otherAlgorithm({ id, signing_alg: alg }: ResourceServer): Reason {
  return {
    reason: 'signing-algorithm',
    why: `Its tokens are signed with ${alg || 'an algorithm that Auth0 does not name'}; manifests know ${ALGORITHMS.join(', ')}. With HS256 whoever can check a token can forge one.`,
    todo: byPatch(
      `Have the API take ${DEFAULT_ALGORITHM}, switch over, and import again`,
      { list: 'resource-servers', id },
      { signing_alg: DEFAULT_ALGORITHM },
    ),
  };
}

function otherConstraint(constraint: string): Reason {
  return {
    reason: 'sender-constraint',
    why: `It asks callers for ${constraint}, and manifests say dpop, of all callers, or nothing.`,
    todo: 'Ask all callers for DPoP, or none for anything, and import again. Or declare it by hand with managed: false.',
  };
}

const NO_SCOPES: Reason = {
  reason: 'no-scopes',
  why: 'It has no scope that a manifest can name, and an Api has one at least.',
  todo: 'Give it a scope that says what its callers may do, grant that to them, and import again.',
};

function notesOf(server: ResourceServer): string[] {
  const unsaid = server.scopes.filter((scope) => !isSayable(scope));
  return [
    ...unsaid.map(({ value }) => `scope ${value} stays as it is: manifests cannot say its name or its description.`),
    ...(server.subject_type_authorization === 'deny_all'
      ? ['Auth0 gives no application a token for it, whatever is granted (subject_type_authorization: deny_all).']
      : []),
    ...(server.token_encryption ? ['its tokens are encrypted, so no proof can look into them.'] : []),
  ];
}
