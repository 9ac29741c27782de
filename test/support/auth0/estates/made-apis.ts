import type { JsonObject } from '../../../../demo/auth0/emulator/json.ts';
import type { Chance } from '../../estates/chance.ts';
import type { MadeApi } from './made-tenant.ts';

const NAMES = ['Inventory API', 'inventory', 'Склад', 'a: b # c', 'yes', '"quoted" name', 'ÜBER größe', ''] as const;
const ADDRESSES = ['https://inventory.internal/v1', 'urn:acme:billing', 'payments', 'https://Api.Acme.test/'] as const;
const SCOPES = ['read', 'write', 'read:items', 'admin:*', 'items.delete', 'yes', '0x1f'] as const;
const DESCRIPTIONS = [null, '', 'Reads # really', 'учёт 📦', 'null', 'two\nlines'] as const;
const LIFETIMES = [undefined, 60, 3600, 86_400, 5400, 2_592_000] as const;

/** APIs with scopes of the same names, and with whatever else tokens are made by. */
export function madeApis(chance: Chance, count: number): MadeApi[] {
  return Array.from({ length: count }, (_, index) => madeApi(chance, index));
}

function madeApi(chance: Chance, index: number): MadeApi {
  const [extra, leftOutFor] = oddity(chance);
  const name = chance.pick(NAMES);
  const lifetime = chance.pick(LIFETIMES);
  const scopes = SCOPES.filter((_, at) => at === index % SCOPES.length || chance.percent(40)).map((value) => {
    const description = chance.pick(DESCRIPTIONS);
    return { value, ...(description === null ? {} : { description }) };
  });
  return {
    body: {
      identifier: `${chance.pick(ADDRESSES)}${index}`,
      ...(name === '' ? {} : { name }),
      ...(lifetime === undefined ? {} : { token_lifetime: lifetime }),
      scopes,
      ...extra,
    },
    leftOutFor,
  };
}

/** What is unusual about an API, and why that leaves it out; mostly nothing. */
function oddity(chance: Chance): [JsonObject, string | undefined] {
  if (chance.percent(60)) return [{}, undefined];
  return chance.pick<[JsonObject, string | undefined]>([
    [{ signing_alg: 'RS512' }, undefined],
    [{ signing_alg: 'PS256', token_dialect: 'rfc9068_profile' }, undefined],
    [{ token_dialect: 'access_token_authz', enforce_policies: true }, undefined],
    [{ token_dialect: 'rfc9068_profile_authz', enforce_policies: true }, undefined],
    [{ proof_of_possession: { mechanism: 'dpop', required: true } }, undefined],
    [{ proof_of_possession: { mechanism: 'dpop', required: false } }, 'sender-constraint'],
    [{ subject_type_authorization: { client: { policy: 'deny_all' } } }, undefined],
    [{ signing_alg: 'HS256' }, 'signing-algorithm'],
    [{ scopes: [] }, 'no-scopes'],
    [
      { scopes: [{ value: 'read' }, { value: 'two words' }, { value: 'long', description: 'x'.repeat(400) }] },
      undefined,
    ],
  ]);
}
