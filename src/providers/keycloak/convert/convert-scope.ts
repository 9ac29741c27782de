import { strangeScopeAttributes } from './attributes.ts';
import { canonicalApi } from './canonical.ts';
import { claimMapper, claimOfMapper } from './claim-mappers.ts';
import type { NewMapper } from './claim-mappers.ts';
import { NOTHING } from '../fields.ts';
import type { ApiFields, ScopeFields } from '../fields.ts';
import { ATTRIBUTE, MARK } from './marks.ts';
import type { ClientScopeRepresentation, MapperRepresentation } from './representations.ts';

const AUDIENCE_MAPPER = 'oidc-audience-mapper';
export const CUSTOM_AUDIENCE = 'included.custom.audience';
const CLIENT_AUDIENCE = 'included.client.audience';

export function describeMapper({ name, protocolMapper }: MapperRepresentation): string {
  return `${name} (${protocolMapper})`;
}

/** What the scopes of an Api are to put into `aud`. */
export interface WantedAudience {
  readonly audience: string | undefined;
  /** A client_id. */
  readonly introspectedBy: string | undefined;
}

/** The client scopes of one Api as its fields; a mark is the one they agree on, or all that they have. */
export function scopesToFields(
  api: string,
  parts: readonly ClientScopeRepresentation[],
  rolesOfScope: ReadonlyMap<string, readonly string[]>,
  wanted: WantedAudience,
): ApiFields {
  const shared = (key: string): string | null => {
    const values = [...new Set(parts.map(({ attributes }) => attributes[key] ?? null))];
    const [first = null] = values;
    // None is what may be wanted: where they do not agree, that is never what is wanted.
    return values.length <= 1
      ? first
      : values
          .map((value) => value ?? '(none)')
          .toSorted()
          .join(' / ');
  };
  const byName = parts.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  return canonicalApi({
    stack: shared(MARK.stack),
    owner: shared(MARK.owner),
    scopes: Object.fromEntries(
      byName.map((part) => [part.name, scopeToFields(api, part, rolesOfScope.get(part.id) ?? NOTHING, wanted)]),
    ),
  });
}

function scopeToFields(
  api: string,
  part: ClientScopeRepresentation,
  roles: readonly string[],
  wanted: WantedAudience,
): ScopeFields {
  const { audiences, claims, others } = meaningsOf(part);
  const valuesOf = (forIntrospection: boolean): string[] => {
    const found = audiences.filter((one) => isIntrospector(one, wanted) === forIntrospection);
    return [...new Set(found.map(({ value }) => value))].toSorted();
  };
  const marked = part.attributes[MARK.api];
  return {
    protocol: part.protocol,
    description: part.description,
    audience: valuesOf(false),
    introspectedBy: valuesOf(true),
    claims,
    inTokenScope: isNamedInTokens(part),
    otherMappers: others,
    otherAttributes: strangeScopeAttributes(part.attributes),
    roles,
    markedFor: marked === undefined || marked === api ? null : marked,
  };
}

/** All of a mapper that tells in tokens. */
type MapperMeaning = Pick<MapperRepresentation, 'protocolMapper' | 'config'>;

/** What a mapper does that an Api can ask for, whatever its name is. */
type Meaning = { readonly kind: 'claim'; readonly value: string } | ({ readonly kind: 'audience' } & AudienceMeaning);

/** An audience that a mapper puts into tokens. */
export interface AudienceMeaning {
  readonly value: string;
  /** It names it as that of a client. */
  readonly isClient: boolean;
}

/** What the mappers of a client scope do that an Api can ask for, each once, and those that do something else. */
export interface ScopeMeanings {
  readonly audiences: readonly AudienceMeaning[];
  /** As `formatClaim` writes them, sorted. */
  readonly claims: readonly string[];
  /** As `name (type)`, sorted. */
  readonly others: readonly string[];
}

export function meaningsOf({ protocolMappers }: Pick<ClientScopeRepresentation, 'protocolMappers'>): ScopeMeanings {
  const audiences = new Map<string, AudienceMeaning>();
  const claims = new Set<string>();
  const others: string[] = [];
  for (const mapper of protocolMappers) {
    const found = meaningOf(mapper);
    if (found === undefined) others.push(describeMapper(mapper));
    else if (found.kind === 'claim') claims.add(found.value);
    else audiences.set(`${found.isClient ? CLIENT_AUDIENCE : CUSTOM_AUDIENCE} ${found.value}`, found);
  }
  return { audiences: [...audiences.values()], claims: [...claims].toSorted(), others: others.toSorted() };
}

function meaningOf(mapper: MapperMeaning): Meaning | undefined {
  if (isPlainAudienceMapper(mapper)) {
    const { [CUSTOM_AUDIENCE]: custom, [CLIENT_AUDIENCE]: client } = mapper.config;
    if (custom && !client) return { kind: 'audience', value: custom, isClient: false };
    if (client && !custom) return { kind: 'audience', value: client, isClient: true };
  }
  const claim = claimOfMapper(mapper);
  return claim === undefined ? undefined : { kind: 'claim', value: claim };
}

/** A token does not show by which of its two settings a mapper named an audience: what is wanted decides what it is for. */
function isIntrospector({ value, isClient }: AudienceMeaning, wanted: WantedAudience): boolean {
  if (value === wanted.audience) return false;
  return value === wanted.introspectedBy || isClient;
}

/** Whether two mappers put the same into tokens. */
export function isSameMapper(left: MapperMeaning, right: MapperMeaning): boolean {
  const [one, other] = [meaningOf(left), meaningOf(right)];
  return one !== undefined && one.kind === other?.kind && one.value === other.value;
}

/** Whether the `scope` claim of tokens names it. */
export function isNamedInTokens({ attributes }: Pick<ClientScopeRepresentation, 'attributes'>): boolean {
  return attributes[ATTRIBUTE.inTokenScope] !== 'false';
}

/** What a client scope puts into the `aud` of access tokens, by mappers of any owner. */
export function audiencesOfScope({ protocolMappers }: Pick<ClientScopeRepresentation, 'protocolMappers'>): string[] {
  return protocolMappers.flatMap(({ protocolMapper, config }) => {
    if (protocolMapper !== AUDIENCE_MAPPER || config['access.token.claim'] !== 'true') return [];
    return config[CLIENT_AUDIENCE] || config[CUSTOM_AUDIENCE] || [];
  });
}

/** An audience mapper that grantry could have made: one that writes to access tokens and nothing else. */
function isPlainAudienceMapper({ protocolMapper, config }: MapperMeaning): boolean {
  return (
    protocolMapper === AUDIENCE_MAPPER &&
    config['access.token.claim'] === 'true' &&
    config['id.token.claim'] !== 'true' &&
    config['introspection.token.claim'] !== 'false' &&
    config['lightweight.claim'] !== 'true'
  );
}

interface NewScope {
  name: string;
  description: string;
  protocol: string;
  attributes: Record<string, string>;
  protocolMappers: NewMapper[];
}

/** The client scope of one Api scope, as POST takes it. */
export function fieldsToScope(api: string, name: string, fields: ApiFields, scope: ScopeFields): NewScope {
  return {
    name,
    description: scope.description,
    protocol: scope.protocol,
    attributes: {
      [MARK.stack]: fields.stack ?? '',
      [MARK.owner]: fields.owner ?? '',
      [MARK.api]: api,
      [ATTRIBUTE.inTokenScope]: String(scope.inTokenScope),
      [ATTRIBUTE.onConsentScreen]: 'false',
    },
    protocolMappers: [
      ...scope.audience.map((audience) => audienceMapper(CUSTOM_AUDIENCE, audience)),
      ...scope.introspectedBy.map((clientId) => audienceMapper(CLIENT_AUDIENCE, clientId)),
      ...scope.claims.map(claimMapper),
    ],
  };
}

/** A mapper that puts an audience into exactly the access tokens that carry its scope. */
function audienceMapper(key: typeof CUSTOM_AUDIENCE | typeof CLIENT_AUDIENCE, audience: string): NewMapper {
  return {
    name: key === CUSTOM_AUDIENCE ? `audience ${audience}` : `introspection by ${audience}`,
    protocol: 'openid-connect',
    protocolMapper: AUDIENCE_MAPPER,
    config: {
      [key]: audience,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'introspection.token.claim': 'true',
    },
  };
}
