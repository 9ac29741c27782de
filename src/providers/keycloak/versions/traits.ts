/** What differs between versions of Keycloak, of all that grantry has to do with. */
export interface Trait {
  /** What documents call it. */
  readonly label: string;
  /** The first version that has it. */
  readonly since: string;
  /** What grantry does where the server does not have it. */
  readonly otherwise: string;
}

/**
 * Held true by a test on each version of `scripts/images/keycloak-versions.json`. Between two of these Keycloak's own
 * documents say where the border is; where they do not, the later one counts.
 */
export const TRAITS = {
  /** Client scope `service_account` in place of protocol mappers on each client. */
  serviceAccountScope: {
    label: 'the claims of service accounts come from one client scope',
    since: '26.2',
    otherwise: 'the server makes three protocol mappers on each client; they are its own affair, and no drift',
  },
  /** A PUT leaves what it does not name as it is. */
  keepsUnnamedSettings: {
    label: 'a change that does not name a client’s service account leaves it alone',
    since: '26.2',
    otherwise:
      'the server would delete the service account’s user and its roles; every change says all that the client is',
  },
  /** Right to put realm roles into a client's scope mappings. */
  realmRolesGuarded: {
    label: 'realm roles in a client’s scope mappings take the role `manage-realm`',
    since: '26.7',
    otherwise: '`manage-clients` is enough for them',
  },
  authMethodEnforced: {
    label: 'a secret that is sent in another way than `spec.auth` says is refused',
    since: '26.6',
    otherwise: 'a notice beside the plan says so; consumers read `auth_method` in the document',
  },
  /** Feature `dpop`. */
  senderConstraint: {
    label: 'tokens can be bound to a key (DPoP), without a preview feature',
    since: '26.4',
    otherwise: '`--features=dpop` switches it on; without it a notice beside the plan says so, and proofs fail',
  },
  /** Attribute `access.token.header.type.rfc9068` of clients. */
  typedTokens: {
    label: 'tokens can be of the type `at+jwt` (RFC 9068)',
    since: '26.2',
    otherwise: 'a notice beside the plan says so, and proofs fail',
  },
  /** Client authenticator `federated-jwt`. */
  federatedIdentities: {
    label: 'clients can log in with an identity of another issuer, without a preview feature',
    since: '26.6',
    otherwise: 'a preview from 26.4 on (`--features=client-auth-federated`); before there is none',
  },
  /** Feature `client-secret-rotation`. */
  overlapsByDefault: {
    label: 'the previous secret can stay valid after a rotation, without a preview feature',
    since: '26.8',
    otherwise:
      '`--features=client-secret-rotation` switches it on; without it `plan` and `rotate` say what a rotation does',
  },
} as const satisfies Readonly<Record<string, Trait>>;

export type TraitName = keyof typeof TRAITS;

/** Whether a version has a trait. */
export function hasTrait(name: TraitName, version: string): boolean {
  return compareVersions(version, TRAITS[name].since) >= 0;
}

/** By numbers, as in `26.10.0` and `26.9`; a missing one is 0. */
export function compareVersions(left: string, right: string): number {
  const [one, other] = [numbersIn(left), numbersIn(right)];
  for (let at = 0; at < Math.max(one.length, other.length); at += 1) {
    const difference = (one[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Without what follows the numbers, as in `26.0.8.redhat-00001`. */
function numbersIn(version: string): number[] {
  return (/^\d+(?:\.\d+)*/.exec(version)?.[0] ?? '').split('.').map(Number);
}
