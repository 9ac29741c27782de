import type { DesiredIssuer } from '../../../../model/target.ts';
import type { AuthMethod } from '../../../../model/desired.ts';
import type { ClientRepresentation } from '../../convert/representations.ts';
import { loginClientId } from '../../login/account.ts';
import type { PolicyRule } from '../../policies/policy-rules.ts';
import type { KeycloakSettings } from '../../settings.ts';
import { attributesOf, reasonOfAttributes } from '../attributes-of.ts';
import type { FoundAttributes } from '../attributes-of.ts';
import { authOf } from '../auth-of.ts';
import { reasonOfLifetime } from '../lifetimes.ts';
import { reasonOfPreviousSecret } from './previous-secret.ts';
import type { Reason } from './reasons.ts';
import { reasonOfShape } from './reason-of-shape.ts';

/** What a listed client depends on beside itself. */
export interface RealmView {
  readonly settings: KeycloakSettings;
  /** Those that the Target names. */
  readonly issuers: readonly DesiredIssuer[];
  /** What the realm's client policies do; undefined: that is not known. */
  readonly rules: readonly PolicyRule[] | undefined;
  /** Unix seconds. */
  readonly now: number;
}

/** A listed client that a manifest can say, as far as its listing shows. */
export interface Sayable {
  readonly row: ClientRepresentation;
  readonly auth: AuthMethod;
  readonly attributes: FoundAttributes['declarable'];
}

/** One that none can say. */
export interface Unsayable {
  readonly row: ClientRepresentation;
  readonly reason: Reason;
}

/** All that the listing of a client shows, but for full scope: what its tokens carry by that must be asked for. */
export function judgeListed(row: ClientRepresentation, view: RealmView): Sayable | Unsayable {
  const { settings } = view;
  const { declarable, others } = attributesOf(row, view.rules);
  const reason =
    (isOwnAccount(row, settings) ? OWN_ACCOUNT : undefined) ??
    reasonOfShape(row, settings.realm) ??
    reasonOfLifetime(row.attributes) ??
    reasonOfPreviousSecret(row.attributes, view.now);
  if (reason !== undefined) return { row, reason };
  const found = authOf(row, view.issuers);
  if ('reason' in found) return { row, reason: found.reason };
  const unsaid = reasonOfAttributes(others);
  return unsaid === undefined ? { row, auth: found.auth, attributes: declarable } : { row, reason: unsaid };
}

/** The account of another realm is no client of this one. */
function isOwnAccount({ clientId }: ClientRepresentation, { realm, auth }: KeycloakSettings): boolean {
  return auth.realm === realm && loginClientId(auth) === clientId;
}

const OWN_ACCOUNT: Reason = {
  reason: 'own-account',
  why: "It is grantry's own account in this realm, which no manifest declares: a plan that went wrong would lock grantry out.",
  todo: 'Nothing has to be done.',
};
