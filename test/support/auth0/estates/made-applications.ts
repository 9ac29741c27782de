import { objectOr, textOf } from '../../../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../../../demo/auth0/emulator/json.ts';
import type { Chance } from '../../estates/chance.ts';
import type { MadeApi, MadeApplication, MadeGrant } from './made-tenant.ts';

/** Many are called alike. */
const NAMES = [
  'order-service',
  'Order Service',
  'order-service (old)',
  'billing/eu:prod',
  'сервис учёта',
  '顧客管理',
  `o'brien "the" client`,
  '- dash',
  'a: b # c',
  'yes',
  'null',
  '0x1f',
  '~',
  '2026-12-01',
  '🚀',
  'x'.repeat(300),
] as const;
const DESCRIPTIONS = [
  undefined,
  '',
  'Takes orders',
  'by hand: 2019 # do not touch',
  'null',
  'учёт 📦',
  'two\nlines',
] as const;
const TEAMS = [undefined, 'team-a', 'Team B', 'команда'] as const;

/** A client for machines as a manifest could say it. */
const MACHINE = {
  app_type: 'non_interactive',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'client_secret_post',
} satisfies JsonObject;

/** What is otherwise about an application; and what becomes of it, if that is not for its grants to decide. */
type Variant = readonly [more: JsonObject, fate?: MadeApplication['fate'] | undefined, keys?: number];

const LEFT_OUT = {
  mixed: { reason: 'mixed' },
  unknown: { reason: 'authentication-unknown' },
  third: { reason: 'third-party' },
  type: { reason: 'application-type' },
  none: { reason: 'no-client-credentials' },
  full: { reason: 'conflict' },
} as const;

const METADATA = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`k${index}`, 'v']));

/** Auth0 wants RS256 of it, for tokens of users, of whom there are none. */
const KEYED = { token_endpoint_auth_method: null, jwt_configuration: { alg: 'RS256' } };

const VARIANTS: readonly [Variant, ...Variant[]] = [
  [{}],
  [{}],
  [{}],
  [{}],
  [{}],
  [{}],
  [{}],
  [{}],
  [{ token_endpoint_auth_method: 'client_secret_basic' }],
  [{ oidc_conformant: true }],
  [{ app_type: 'regular_web' }],
  [{ app_type: 'regular_web', oidc_conformant: true, jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 60 } }],
  [{ app_type: null }],
  [KEYED, undefined, 1],
  [KEYED, undefined, 2],
  [{ app_type: 'native' }, LEFT_OUT.type],
  [{ grant_types: ['client_credentials', 'authorization_code'] }, LEFT_OUT.mixed],
  [{ grant_types: null }, LEFT_OUT.mixed],
  [{ callbacks: ['https://shop.test/callback'] }, LEFT_OUT.mixed],
  [{ allowed_origins: ['https://shop.test'] }, LEFT_OUT.mixed],
  [{ grant_types: [] }, LEFT_OUT.none],
  [{ token_endpoint_auth_method: 'none', grant_types: [] }, LEFT_OUT.none],
  [{ token_endpoint_auth_method: null }, LEFT_OUT.unknown],
  [{ is_first_party: false }, LEFT_OUT.third],
  [{ client_metadata: METADATA }, LEFT_OUT.full],
  [{ app_type: 'regular_web', grant_types: ['authorization_code', 'refresh_token'] }, null],
  [{ app_type: 'spa', grant_types: ['implicit'], token_endpoint_auth_method: 'none' }, null],
];

export function madeApplication(chance: Chance, apis: readonly MadeApi[]): MadeApplication {
  const [more, fate, keys = 0] = chance.pick(VARIANTS);
  const description = chance.pick(DESCRIPTIONS);
  const team = chance.pick(TEAMS);
  const metadata = { ...(team === undefined ? {} : { team }), ...objectOr(more['client_metadata']) };
  const body = withoutNull({
    ...MACHINE,
    name: chance.pick(NAMES),
    ...(description === undefined ? {} : { description }),
    ...more,
    ...(Object.keys(metadata).length === 0 ? {} : { client_metadata: metadata }),
  });
  const grants = fate === null ? [] : madeGrants(chance, apis);
  const granted = fateOf(grants, apis);
  return { body, grants, keys, fate: isDecidedByGrants(fate, granted) ? granted : fate };
}

/** The plan, by which it is found that there is no room for marks, comes last. */
function isDecidedByGrants(
  fate: Variant[1],
  granted: MadeApplication['fate'],
): fate is undefined | typeof LEFT_OUT.full {
  return fate === undefined || (fate === LEFT_OUT.full && granted !== 'imported');
}

/** What is null is not sent: Auth0 decides. */
function withoutNull(body: Record<string, Json>): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function madeGrants(chance: Chance, apis: readonly MadeApi[]): MadeGrant[] {
  return chance.some(apis, 30 / Math.sqrt(apis.length)).flatMap((api): MadeGrant[] => {
    const { identifier: audience } = api.body;
    const scope = chance.some(scopesOf(api), 50);
    const [first] = scopesOf(api);
    const named = scope.length === 0 && first !== undefined ? [first] : scope;
    const plain: MadeGrant = { audience, scope: named };
    const forUsers: MadeGrant = { audience, scope: named, subject_type: 'user' };
    // Nearly all are plain: one odd grant is enough to leave an application out.
    if (chance.percent(95)) return chance.percent(15) ? [forUsers, plain] : [plain];
    return chance.pick<MadeGrant[]>([
      [forUsers],
      [{ audience, allow_all_scopes: true }],
      [{ audience, scope: [] }],
      [{ ...plain, organization_usage: 'allow' }],
      [{ ...plain, organization_usage: 'require' }],
    ]);
  });
}

export function scopesOf({ body }: MadeApi): string[] {
  const { scopes } = body;
  return Array.isArray(scopes) ? scopes.map((scope) => textOf(objectOr(scope)['value'])) : [];
}

/** The reason that import finds first: it looks at grants by their audiences. */
function fateOf(grants: readonly MadeGrant[], apis: readonly MadeApi[]): MadeApplication['fate'] {
  const own = grants.filter((grant) => grant['subject_type'] !== 'user');
  const reasons = own
    .toSorted((one, other) => (one.audience < other.audience ? -1 : 1))
    .map((grant) =>
      reasonOf(
        grant,
        apis.find((api) => api.body.identifier === grant.audience),
      ),
    );
  const first = reasons.find((reason) => reason !== undefined && reason !== 'all-scopes') ?? reasons.find(Boolean);
  return first === undefined ? 'imported' : { reason: first };
}

const UNSAYABLE = new Set(['two words', 'long']);

function reasonOf(grant: MadeGrant, api: MadeApi | undefined): string | undefined {
  if (grant['organization_usage'] !== undefined) return 'organizations';
  if (api === undefined) return 'api-missing';
  if (api.leftOutFor !== undefined) return 'needs-left-out';
  if (grant['allow_all_scopes'] === true) return 'all-scopes';
  const scope = Array.isArray(grant['scope']) ? grant['scope'].map((name) => textOf(name)) : [];
  if (scope.length === 0) return 'no-scopes';
  return scope.some((name) => UNSAYABLE.has(name)) ? 'undeclared-scopes' : undefined;
}
