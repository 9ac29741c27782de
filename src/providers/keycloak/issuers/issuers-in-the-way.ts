import { addressOf } from '../../../model/address.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { issuersInUse, managedIssuers } from '../../../model/issuers.ts';
import type { ActualState } from '../../../model/state.ts';
import type { DesiredIssuer } from '../../../model/target.ts';
import { MARK } from '../convert/marks.ts';
import type { ServerFacts, ServerInfo } from '../versions/server-info.ts';
import { TRAITS, hasTrait } from '../versions/traits.ts';
import { isForPeople } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';

type InTheWay = ActualState['impossible'][number];
type Why = Pick<InTheWay, 'reason' | 'hint'>;

/** Features of the server by the kind of issuer that needs them, beside the one that all need. */
const FEATURE = 'CLIENT_AUTH_FEDERATED';
const FEATURE_OF_KIND: Readonly<Record<string, string>> = {
  kubernetes: 'KUBERNETES_SERVICE_ACCOUNTS',
  spiffe: 'SPIFFE',
};

/** What keeps declared issuers from being made: this server, or what is there under their alias. */
export async function issuersInTheWay(
  server: ServerInfo,
  desired: DesiredState,
  claims: ReadonlyMap<string, ProviderRow>,
): Promise<InTheWay[]> {
  const { target } = desired;
  const made = managedIssuers(target);
  const wanted = [...made, ...issuersInUse(desired).filter(({ url }) => url === undefined)];
  const facts = wanted.length === 0 ? undefined : await server.read();
  return wanted.flatMap((issuer): InTheWay[] => {
    const row = claims.get(issuer.name);
    const why = whyNoFeature(issuer, facts) ?? (row === undefined ? undefined : whyOther(issuer, row, target.stack));
    return why === undefined ? [] : [{ address: addressOf('Issuer', issuer.name), ...why }];
  });
}

/** Where the account does not see what the server has, the write will show it. */
function whyNoFeature({ kind }: DesiredIssuer, facts: ServerFacts | undefined): Why | undefined {
  if (facts === undefined) return undefined;
  const needs = [FEATURE, ...(FEATURE_OF_KIND[kind] === undefined ? [] : [FEATURE_OF_KIND[kind]])];
  const missing = needs.filter((feature) => !facts.features.has(feature));
  if (missing.length === 0) return undefined;
  const options = `--features=${missing.map(optionOf).join(',')}`;
  const server = facts.isExact ? `Keycloak ${facts.version}` : 'this Keycloak';
  const isPreview = kind === 'spiffe' || !hasTrait('federatedIdentities', facts.version);
  return {
    reason: `${server} takes no tokens of ${kind} issuers from clients: it has ${missing.map(optionOf).join(' and ')} switched off`,
    hint: isPreview
      ? `Start the server with ${options}, a preview feature of its version${kind === 'spiffe' ? '' : `, or use ${TRAITS.federatedIdentities.since} or later, which have it`}.`
      : `Start the server with ${options}, or without what switches it off.`,
  };
}

function optionOf(feature: string): string {
  return feature.toLowerCase().replaceAll('_', '-');
}

/** What Keycloak cannot change, and what is not grantry's to change. */
function whyOther({ alias, kind, name }: DesiredIssuer, row: ProviderRow, stack: string): Why | undefined {
  if (row.alias !== alias) {
    return {
      reason: `the stack has it as identity provider ${row.alias}, and Keycloak cannot give that the alias ${alias}`,
      hint: `Keep alias: ${row.alias}. For another one, take the issuer and its clients out, apply, and declare them anew.`,
    };
  }
  if (isForPeople(row) && row.config?.[MARK.stack] !== stack) {
    return {
      reason: `people log in by identity provider ${alias}: as an issuer of this stack it would lose what they need for that`,
      hint: `Leave url out of issuers.${name}, so that clients use it as it is (Supports client assertions must be on), or give the issuer another alias. Keycloak has one identity provider that takes assertions for each issuer.`,
    };
  }
  if (row.providerId !== kind) {
    return {
      reason: `identity provider ${alias} is of the kind ${row.providerId}, and Keycloak cannot make it one of the kind ${kind}`,
      hint: `Say kind: ${row.providerId}, or give the issuer another alias.`,
    };
  }
  return undefined;
}
