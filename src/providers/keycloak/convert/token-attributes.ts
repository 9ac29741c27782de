import type { DesiredApi, DesiredClient } from '../../../model/desired.ts';
import { formOfApis } from '../../token-form.ts';
import { settingsOf } from '../client-settings.ts';
import { NO_ATTRIBUTES } from '../fields.ts';
import type { ClientFields } from '../fields.ts';
import type { Attributes } from './marks.ts';

/** Attributes of a client that say what form its tokens have. */
export const TOKEN_ATTRIBUTE = {
  bound: 'dpop.bound.access.tokens',
  alg: 'access.token.signed.response.alg',
  rfc9068: 'access.token.header.type.rfc9068',
} as const;

const NAMES: ReadonlySet<string> = new Set(Object.values(TOKEN_ATTRIBUTE));

/** The fields in which they are. */
export const FIELD_OF_ATTRIBUTE: ReadonlyMap<string, string> = new Map([
  [TOKEN_ATTRIBUTE.bound, 'senderConstrained'],
  [TOKEN_ATTRIBUTE.alg, 'tokenAlg'],
  [TOKEN_ATTRIBUTE.rfc9068, 'tokenType'],
]);

type FormFields = Pick<ClientFields, 'senderConstrained' | 'tokenAlg' | 'tokenType'>;

/** Of nearly all clients. */
const NO_FORM: FormFields = { senderConstrained: null, tokenAlg: null, tokenType: null };

/** The values that these attributes can have: whoever wrote one, it is no secret. */
const PLAIN = /^(?:true|false|none|EdDSA|(?:RS|PS|ES|HS)(?:256|384|512))$/;

/** Whether an attribute says what form tokens have, in a value that may be shown. */
export function saysForm(name: string, value: string): boolean {
  return isTokenAttribute(name) && PLAIN.test(value);
}

function isTokenAttribute(name: string): boolean {
  return NAMES.has(name);
}

/** The attributes that a client is to have: its own, and what the Apis that it can call ask of tokens. */
export function declaredAttributes(client: DesiredClient, apis: ReadonlyMap<string, DesiredApi>): Attributes {
  const { attributes } = settingsOf(client);
  const form = formOfApis(client.access.flatMap(({ api }) => apis.get(api) ?? []));
  if (!form.isBound && form.alg === undefined && form.type !== 'at+jwt') return attributes;
  return {
    ...attributes,
    ...(form.isBound ? { [TOKEN_ATTRIBUTE.bound]: 'true' } : {}),
    ...(form.alg === undefined ? {} : { [TOKEN_ATTRIBUTE.alg]: form.alg }),
    ...(form.type === 'at+jwt' ? { [TOKEN_ATTRIBUTE.rfc9068]: 'true' } : {}),
  };
}

/** Attributes as fields: those of tokens have fields of their own. */
export function splitAttributes(attributes: Attributes): FormFields & Pick<ClientFields, 'attributes'> {
  if (!Object.keys(attributes).some(isTokenAttribute)) return { ...NO_FORM, attributes };
  const others = Object.entries(attributes).filter(([name]) => !isTokenAttribute(name));
  return {
    senderConstrained: isOn(attributes[TOKEN_ATTRIBUTE.bound]) ? 'dpop' : null,
    tokenAlg: attributes[TOKEN_ATTRIBUTE.alg] || null,
    tokenType: isOn(attributes[TOKEN_ATTRIBUTE.rfc9068]) ? 'at+jwt' : null,
    attributes: others.length === 0 ? NO_ATTRIBUTES : Object.fromEntries(others),
  };
}

/** The reverse; what is not set is left out. */
export function formToAttributes({ senderConstrained, tokenAlg, tokenType }: FormFields): Record<string, string> {
  return {
    ...(senderConstrained === null ? {} : { [TOKEN_ATTRIBUTE.bound]: 'true' }),
    ...(tokenAlg === null ? {} : { [TOKEN_ATTRIBUTE.alg]: tokenAlg }),
    ...(tokenType === null ? {} : { [TOKEN_ATTRIBUTE.rfc9068]: 'true' }),
  };
}

/** As Java reads a switch. */
function isOn(value: string | undefined): boolean {
  return value?.toLowerCase() === 'true';
}
