/**
 * What Auth0 put into its answers at what time. Recordings reach from 2022 to 2026, and in these years the Management API
 * got new keys: an emulator started with `apiDate` creates objects as the API of that day did.
 */

/** Keys of which the recordings show when they came, and of one that it went again. */
interface Change {
  /** First day (ISO) on which the API did so. */
  readonly since: string;
  readonly until?: string;
}

const CHANGES = {
  /** A credential without a name has no `name`; before it had an empty one. */
  credentialNameOmitted: { since: '2024-06-01' },
  /** Clients carry `cross_origin_authentication`, and not only its old name `cross_origin_auth`. */
  crossOriginAuthentication: { since: '2024-10-16' },
  /** A new client had the push channel as its only notification channel, for some weeks. */
  asyncApprovalChannels: { since: '2025-10-17', until: '2025-11-17' },
  /** Clients of third parties carry `third_party_security_mode`. */
  thirdPartySecurityMode: { since: '2026-02-15' },
  /** Resource servers carry `subject_type_authorization`. */
  subjectTypeAuthorization: { since: '2025-08-01' },
  /** Client grants carry `subject_type`. */
  grantSubjectType: { since: '2025-07-01' },
  /** Adding a grant to an organisation answers with the grant's own organisation settings. */
  organizationGrantUsage: { since: '2025-08-01' },
  /** The deprecated alias `cross_origin_auth` is no longer accepted in requests. */
  crossOriginAuthReadOnly: { since: '2025-12-01' },
} as const satisfies Record<string, Change>;

export type ApiFeature = keyof typeof CHANGES;

/** What the API does on a day; days are ISO dates, compared as strings. */
export class ApiDate {
  readonly day: string;

  constructor(day: string) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Error(`an API date is an ISO day (2026-08-31), not ${day}`);
    this.day = day;
  }

  has(feature: ApiFeature): boolean {
    const change: Change = CHANGES[feature];
    return this.day >= change.since && (change.until === undefined || this.day < change.until);
  }
}

/** The days on which the API changed, in order. */
export function apiChanges(): string[] {
  const days = Object.values<Change>(CHANGES).flatMap(({ since, until }) =>
    until === undefined ? [since] : [since, until],
  );
  return [...new Set(days)].toSorted();
}
