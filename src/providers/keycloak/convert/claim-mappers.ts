import type { ClaimValue } from '../../../model/token-form.ts';
import { sameJson } from '../../../model/values/json.ts';
import type { MapperRepresentation } from './representations.ts';

/** A protocol mapper, as POST takes it. */
export interface NewMapper {
  name: string;
  protocol: string;
  protocolMapper: string;
  config: Record<string, string>;
}

const HARDCODED_CLAIM = 'oidc-hardcoded-claim-mapper';

/**
 * A claim as one text, as plans show it: `tenant=acme`, `level=5`. A text that could be taken for a number, a switch or
 * something in quotes is quoted.
 */
export function formatClaim(name: string, value: ClaimValue): string {
  return `${name}=${typeof value === 'string' && !isJson(value) ? value : JSON.stringify(value)}`;
}

/** The reverse: the claim's name and its value. */
export function parseClaim(claim: string): readonly [name: string, value: ClaimValue] {
  const at = claim.indexOf('=');
  const [name, text] = [claim.slice(0, at), claim.slice(at + 1)];
  return [name, (isJson(text) ? parsed(text) : undefined) ?? text];
}

/** The mapper that puts a claim, as `formatClaim` writes it, into exactly the access tokens that carry its scope. */
export function claimMapper(claim: string): NewMapper {
  const [name, value] = parseClaim(claim);
  return {
    name: `claim ${name}`,
    protocol: 'openid-connect',
    protocolMapper: HARDCODED_CLAIM,
    config: {
      // A dot would make an object of it.
      'claim.name': name.replaceAll('.', String.raw`\.`),
      'claim.value': String(value),
      'jsonType.label': TYPES[typeof value] ?? 'String',
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'introspection.token.claim': 'true',
      'userinfo.token.claim': 'false',
    },
  };
}

/** Numbers as JSON: the other types have bounds. */
const TYPES: Readonly<Record<string, string>> = { string: 'String', number: 'JSON', boolean: 'boolean' };

/** The claim of a mapper that does what one of grantry does, whatever its name is; undefined: it is another one. */
export function claimOfMapper({
  protocolMapper,
  config,
}: Pick<MapperRepresentation, 'protocolMapper' | 'config'>): string | undefined {
  if (protocolMapper !== HARDCODED_CLAIM) return undefined;
  const { 'claim.name': written = '', 'claim.value': text = '', 'jsonType.label': type = '' } = config;
  const claim = written.replaceAll(String.raw`\.`, '.');
  const value = type === 'String' ? text : isJson(text) ? parsed(text) : undefined;
  if (value === undefined) return undefined;
  const found = formatClaim(claim, value);
  const same = claimMapper(found);
  return sameJson({ ...same.config }, { ...config }) ? found : undefined;
}

/** A text, number or switch in JSON; anything else is none. */
function parsed(text: string): ClaimValue | undefined {
  const value: unknown = JSON.parse(text);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
