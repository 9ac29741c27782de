import type { ServerFacts } from './server-info.ts';
import { hasTrait, TRAITS } from './traits.ts';

/** What this server does not do though manifests speak of it; said once for all clients. */
export function versionNotices(
  facts: ServerFacts | undefined,
  { clients }: { readonly clients: readonly unknown[] },
): string[] {
  if (clients.length === 0) return [];
  if (facts === undefined) {
    return [
      "Whether this Keycloak refuses a secret that is sent in another way than spec.auth says is not known: grantry's account may not read /admin/serverinfo.",
    ];
  }
  if (hasTrait('authMethodEnforced', facts.version)) return [];
  const server = facts.isExact ? `Keycloak ${facts.version}` : 'This Keycloak';
  return [
    `${server} takes a secret in either way, whatever spec.auth says: that is for consumers, as auth_method in their document. From ${TRAITS.authMethodEnforced.since} on the server refuses the other way.`,
  ];
}
