import { z } from 'zod';
import { addressOf } from '../../../model/address.ts';
import type { ManagedIssuer } from '../../../model/issuers.ts';
import type { DesiredObject, Fields } from '../../../model/state.ts';
import { MARK } from '../convert/marks.ts';

/** What grantry is exact about on an identity provider whose tokens clients log in with. */
const issuerFields = z.strictObject({
  stack: z.string().nullable(),
  /** By which clients of manifests name it. */
  name: z.string().nullable(),
  alias: z.string(),
  /** Keycloak's id of its kind. */
  kind: z.string(),
  enabled: z.boolean(),
  /** The `iss` of its tokens; null: none, or one that follows from the kind. */
  trusts: z.string().nullable(),
  /** Where the keys are with which its tokens are checked; null: as the server finds out for this kind. */
  jwksUrl: z.string().nullable(),
  /** Of SPIFFE. */
  trustDomain: z.string().nullable(),
  /** Signatures are checked with the keys at that address, and with no other. */
  checksSignatures: z.boolean(),
  takesAssertions: z.boolean(),
  /** A token may be used more than once. */
  reuse: z.boolean(),
  /** Seconds; null: Keycloak's default; a text: what is there and is no number. */
  maxTokenAge: z.union([z.number(), z.string()]).nullable(),
  /** People see no button of it on the login page. */
  hidden: z.boolean(),
  /** Names of settings that grantry did not make. */
  otherSettings: z.array(z.string()).readonly(),
});
export type IssuerFields = z.infer<typeof issuerFields>;

/** `GET identity-provider/instances`; what is off is left out there. */
export const providerRow = z.looseObject({
  alias: z.string(),
  internalId: z.string().nullish(),
  providerId: z.string(),
  enabled: z.boolean().nullish(),
  hideOnLogin: z.boolean().nullish(),
  config: z.record(z.string(), z.union([z.string(), z.null()]).catch(null)).nullish(),
});
export type ProviderRow = z.infer<typeof providerRow>;

/** Keys of the config that grantry writes. */
const CONFIG = {
  issuer: 'issuer',
  jwksUrl: 'jwksUrl',
  usesJwksUrl: 'useJwksUrl',
  validates: 'validateSignature',
  assertions: 'supportsClientAssertions',
  reuse: 'supportsClientAssertionReuse',
  maxAge: 'fedClientAssertionMaxExp',
  trustDomain: 'trustDomain',
  bundle: 'bundleEndpoint',
} as const;

const KNOWN_CONFIG: ReadonlySet<string> = new Set([...Object.values(CONFIG), MARK.stack, MARK.name]);

/** Of every row: what is no setting, or has a field of its own. */
const KNOWN_KEYS: ReadonlySet<string> = new Set([
  'alias',
  'internalId',
  'providerId',
  'enabled',
  'hideOnLogin',
  'config',
  'types',
  'updateProfileFirstLogin',
]);

/** What an issuer of a Target is to be; where its own metadata say where its keys are, that is still open. */
export function projectIssuer(issuer: ManagedIssuer, stack: string): DesiredObject {
  const { name, alias, kind, url, jwksUrl, trustDomain, reuse, maxTokenAge } = issuer;
  const isSpiffe = kind === 'spiffe';
  const fields: IssuerFields = {
    stack,
    name,
    alias,
    kind,
    enabled: true,
    trusts: isSpiffe ? null : url,
    jwksUrl: (isSpiffe ? url : jwksUrl) ?? null,
    trustDomain: trustDomain ?? null,
    checksSignatures: true,
    takesAssertions: true,
    reuse: reuse || kind !== 'oidc',
    maxTokenAge: maxTokenAge ?? null,
    hidden: true,
    otherSettings: [],
  };
  return { address: addressOf('Issuer', name), owner: '', fields, notes: {} };
}

/** What Keycloak has, in the fields of `projectIssuer`. No value of another setting is kept: it may be a secret. */
export function issuerToFields(row: ProviderRow): Fields {
  const config = row.config ?? {};
  const isOidc = row.providerId !== 'kubernetes' && row.providerId !== 'spiffe';
  const on = (key: string): boolean => config[key] === 'true';
  const fields: IssuerFields = {
    stack: config[MARK.stack] || null,
    name: config[MARK.name] || null,
    alias: row.alias,
    kind: row.providerId,
    enabled: row.enabled === true,
    trusts: config[CONFIG.issuer] || null,
    jwksUrl: config[row.providerId === 'spiffe' ? CONFIG.bundle : CONFIG.jwksUrl] || null,
    trustDomain: config[CONFIG.trustDomain] || null,
    // Both kinds of Keycloak's own do so by themselves.
    checksSignatures: !isOidc || (on(CONFIG.validates) && on(CONFIG.usesJwksUrl)),
    takesAssertions: !isOidc || on(CONFIG.assertions),
    reuse: !isOidc || on(CONFIG.reuse),
    maxTokenAge: ageIn(config[CONFIG.maxAge]),
    hidden: row.hideOnLogin === true,
    otherSettings: otherSettings(row),
  };
  return fields;
}

function ageIn(text: string | null | undefined): number | string | null {
  if (!text) return null;
  return /^\d+$/.test(text) ? Number(text) : text;
}

function otherSettings(row: ProviderRow): string[] {
  const config = Object.entries(row.config ?? {}).filter(([key, value]) => value !== '' && !KNOWN_CONFIG.has(key));
  const flags = Object.entries(row).filter(
    ([key, value]) => !KNOWN_KEYS.has(key) && value !== false && value !== '' && value !== null && value !== undefined,
  );
  return [...config, ...flags].map(([key]) => key).toSorted();
}

/** All that the identity provider is to be: a PUT takes away what it does not name. */
export function issuerBody(fields: Fields): {
  readonly alias: string;
  readonly providerId: string;
  readonly enabled: boolean;
  readonly hideOnLogin: boolean;
  readonly config: Readonly<Record<string, string>>;
} {
  const { stack, name, alias, kind, enabled, hidden, ...settings } = issuerFields.parse(fields);
  const marks = { [MARK.stack]: stack ?? '', [MARK.name]: name ?? '' };
  return {
    alias,
    providerId: kind,
    enabled,
    hideOnLogin: hidden,
    config: { ...marks, ...configOf(kind, settings) },
  };
}

function configOf(
  kind: string,
  {
    trusts,
    jwksUrl,
    trustDomain,
    checksSignatures,
    takesAssertions,
    reuse,
    maxTokenAge,
  }: Omit<IssuerFields, 'stack' | 'name' | 'alias' | 'kind' | 'enabled' | 'hidden'>,
): Record<string, string> {
  if (kind === 'spiffe') return { [CONFIG.trustDomain]: trustDomain ?? '', [CONFIG.bundle]: jwksUrl ?? '' };
  const common = {
    [CONFIG.issuer]: trusts ?? '',
    ...(maxTokenAge === null ? {} : { [CONFIG.maxAge]: String(maxTokenAge) }),
  };
  if (kind === 'kubernetes') return common;
  return {
    ...common,
    [CONFIG.jwksUrl]: jwksUrl ?? '',
    [CONFIG.usesJwksUrl]: String(checksSignatures),
    [CONFIG.validates]: String(checksSignatures),
    [CONFIG.assertions]: String(takesAssertions),
    ...(reuse ? { [CONFIG.reuse]: 'true' } : {}),
  };
}

/** Whether people log in by it: what grantry would take away of it is what they need. */
export function isForPeople({ config }: ProviderRow): boolean {
  return ['authorizationUrl', 'tokenUrl', 'clientId', 'singleSignOnServiceUrl'].some((key) => Boolean(config?.[key]));
}

/** Whether clients can log in with the tokens of this identity provider, by its kind and settings. */
export function takesAssertions({ providerId, config, types }: ProviderRow): boolean {
  if (providerId === 'kubernetes' || providerId === 'spiffe') return true;
  const knowsThem = !Array.isArray(types) || types.includes('CLIENT_ASSERTION');
  return knowsThem && config?.[CONFIG.assertions] === 'true';
}
