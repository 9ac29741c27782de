import { addressOf } from '../../../model/address.ts';
import type { Address } from '../../../model/address.ts';
import { managedIssuers } from '../../../model/issuers.ts';
import type { ManagedIssuer } from '../../../model/issuers.ts';
import type { ActualState, Completion, Fields } from '../../../model/state.ts';
import type { Target } from '../../../model/target.ts';
import type { HttpPorts } from '../../../platform/ports.ts';
import { sameJson } from '../../../model/values/json.ts';
import { issuerToFields, projectIssuer } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';
import { findJwksUrl, findKeys } from './issuer-metadata.ts';
import type { Answer } from './issuer-metadata.ts';

/** What only the issuers themselves know. */
export interface IssuerKeys {
  readonly impossible: ActualState['impossible'];
  /** Where their keys are. */
  readonly completions: ReadonlyMap<Address, Completion>;
  readonly notices: readonly string[];
}

/**
 * Asks the declared issuers where their keys are, where the Target does not say it, and, of those that are new or otherwise, whether
 * they can be fetched. Keycloak fetches them itself, at a login, and says nothing of it before: so it is said beside the plan.
 */
export async function completeIssuers(
  ports: HttpPorts,
  target: Target,
  claims: ReadonlyMap<string, ProviderRow>,
): Promise<IssuerKeys> {
  const asked = await Promise.all(
    managedIssuers(target).map((issuer) => completeOne(ports, issuer, target.stack, claims.get(issuer.name))),
  );
  return {
    impossible: asked.flatMap(({ impossible }) => impossible ?? []),
    completions: new Map(asked.flatMap(({ address, completion }) => (completion ? [[address, completion]] : []))),
    notices: asked.flatMap(({ notice }) => notice ?? []),
  };
}

interface Asked {
  readonly address: Address;
  readonly completion?: Completion;
  readonly impossible?: ActualState['impossible'][number];
  readonly notice?: string;
}

async function completeOne(
  ports: HttpPorts,
  issuer: ManagedIssuer,
  stack: string,
  row: ProviderRow | undefined,
): Promise<Asked> {
  const address = addressOf('Issuer', issuer.name);
  const { fields } = projectIssuer(issuer, stack);
  const present = row === undefined ? undefined : issuerToFields(row);
  if (issuer.kind !== 'oidc' || issuer.jwksUrl !== undefined) {
    const notice = await doubtKeys(ports, issuer, fields, present);
    return { address, ...(notice === undefined ? {} : { notice }) };
  }
  const where = await findJwksUrl(issuer.url, ports);
  if ('why' in where) return unknownKeys(address, issuer, where.why, present);
  const completed = { ...fields, jwksUrl: where.found };
  const notice = await doubtKeys(ports, { ...issuer, jwksUrl: where.found }, completed, present);
  return {
    address,
    completion: { fields: { jwksUrl: where.found }, notes: { jwksUrl: 'as the issuer itself says' } },
    ...(notice === undefined ? {} : { notice }),
  };
}

/** Of an issuer that is there already, and the same, its keys stay where they are. */
function unknownKeys(address: Address, { url, name }: ManagedIssuer, why: string, present: Fields | undefined): Asked {
  const known = present?.['trusts'] === url ? present['jwksUrl'] : undefined;
  if (typeof known === 'string') {
    return {
      address,
      completion: { fields: { jwksUrl: known }, notes: {} },
      notice: `${address}: whether its keys are still at ${known} is not known: ${why}. With jwksUrl in issuers.${name} it would be asked no more.`,
    };
  }
  return {
    address,
    impossible: {
      address,
      reason: `where its keys are is not known: ${why}`,
      hint: `Correct url, or, where only Keycloak can reach the issuer, say it yourself: jwksUrl in issuers.${name}.`,
    },
  };
}

/** Says of an issuer that is to be written that its keys cannot be fetched from here. */
async function doubtKeys(
  ports: HttpPorts,
  issuer: ManagedIssuer,
  wanted: Fields,
  present: Fields | undefined,
): Promise<string | undefined> {
  if (present !== undefined && sameJson(present, wanted)) return undefined;
  const keys = await fetchKeys(ports, issuer);
  if ('found' in keys) return undefined;
  return `${addressOf('Issuer', issuer.name)}: its keys could not be fetched from here: ${keys.why}. Keycloak fetches them itself, at the first login: where it cannot either, it refuses the clients that log in by this issuer (401).`;
}

/** As Keycloak does, which asks an issuer of Kubernetes for its metadata at the first login. */
export async function fetchKeys(
  ports: HttpPorts,
  { kind, url, jwksUrl }: Pick<ManagedIssuer, 'kind' | 'url' | 'jwksUrl'>,
): Promise<Answer<number>> {
  if (kind === 'spiffe') return findKeys(url, ports);
  const where: Answer<string> = jwksUrl === undefined ? await findJwksUrl(url, ports) : { found: jwksUrl };
  return 'why' in where ? where : findKeys(where.found, ports);
}
