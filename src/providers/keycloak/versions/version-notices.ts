import type { DesiredApi } from '../../../model/desired.ts';
import type { ServerFacts } from './server-info.ts';
import { hasTrait, TRAITS } from './traits.ts';

type Speaking = Pick<DesiredApi, 'senderConstrained' | 'tokenType'>;

/** What this server does not do though manifests speak of it; said once for all clients. */
export function versionNotices(
  facts: ServerFacts | undefined,
  { clients, apis }: { readonly clients: readonly unknown[]; readonly apis: readonly Speaking[] },
): string[] {
  if (clients.length === 0) return [];
  if (facts === undefined) {
    return [
      "Whether this Keycloak refuses a secret that is sent in another way than spec.auth says is not known: grantry's account may not read /admin/serverinfo.",
    ];
  }
  const server = facts.isExact ? `Keycloak ${facts.version}` : 'This Keycloak';
  return [...authNotice(server, facts), ...bindingNotice(server, facts, apis), ...typeNotice(server, facts, apis)];
}

function authNotice(server: string, { version }: ServerFacts): string[] {
  if (hasTrait('authMethodEnforced', version)) return [];
  return [
    `${server} takes a secret in either way, whatever spec.auth says: that is for consumers, as auth_method in their document. From ${TRAITS.authMethodEnforced.since} on the server refuses the other way.`,
  ];
}

function bindingNotice(server: string, { features }: ServerFacts, apis: readonly Speaking[]): string[] {
  if (features.has('DPOP') || apis.every(({ senderConstrained }) => senderConstrained === undefined)) return [];
  return [
    `${server} has the feature dpop switched off, so senderConstrained does nothing: tokens are for whoever bears them, and the proofs of their clients fail. From ${TRAITS.senderConstraint.since} on it is on by default.`,
  ];
}

function typeNotice(server: string, { version }: ServerFacts, apis: readonly Speaking[]): string[] {
  if (hasTrait('typedTokens', version) || apis.every(({ tokenType }) => tokenType !== 'at+jwt')) return [];
  return [
    `${server} types no tokens as at+jwt, so token.type does nothing, and the proofs of the clients of such Apis fail. From ${TRAITS.typedTokens.since} on it does.`,
  ];
}
