/** Random manifests, as desired states, for properties of the engine. */
import fc from 'fast-check';
import type { DesiredAccess, DesiredApi, DesiredClient, DesiredState } from '../../../src/model/desired.ts';
import type { Target } from '../../../src/model/target.ts';
import { overlapsOf } from '../../../src/model/rotation.ts';

const POSITION = { file: 'random.yaml', line: 1, column: 1 };

export function testTarget(stack = 'acme'): Target {
  return {
    name: 'test',
    stack,
    provider: { kind: 'memory' },
    store: { kind: 'memory' },
    rotate: { every: 7_776_000, overlap: 172_800 },
    guards: { maxDeletes: 1000, maxDeletePercent: 100, protect: [], maxCredentialAge: undefined },
    position: POSITION,
  };
}

const API_NAMES = ['stock', 'billing', 'mail'];
const CLIENT_NAMES = ['orders', 'audit', 'deploy', 'reports', 'sync'];
/** It may be left out. */
const owner = fc.constantFrom('team-a', 'team-b', '');

function api(name: string): fc.Arbitrary<DesiredApi> {
  return fc
    .record({
      owner,
      audience: fc.constantFrom(`https://${name}.test`, `https://${name}.example`),
      verbs: fc.subarray(['admin', 'read', 'write'], { minLength: 1 }),
      tokenLifetime: fc.constantFrom(undefined, 60, 300),
      senderConstrained: fc.constantFrom(undefined, 'dpop' as const),
      claims: fc.constantFrom<DesiredApi['claims']>({}, { tenant: 'acme' }, { tenant: 'acme', [name]: 5 }),
      words: fc.constantFrom('old words', 'new words'),
    })
    .map(({ verbs, words, ...rest }) => ({
      ...rest,
      name,
      description: `The ${name} API`,
      tokenAlg: undefined,
      tokenType: undefined,
      introspectedBy: undefined,
      managed: true,
      scopes: verbs.toSorted().map((verb) => ({ name: `${name}:${verb}`, description: words })),
      position: POSITION,
    }));
}

function access({ name, scopes }: DesiredApi): fc.Arbitrary<DesiredAccess | undefined> {
  return fc
    .array(fc.constantFrom('no', 'every', 'asked'), { minLength: scopes.length, maxLength: scopes.length })
    .map((how) => {
      const pick = (kind: string): string[] =>
        scopes.flatMap((scope, index) => (how[index] === kind ? [scope.name] : []));
      const granted = { api: name, scopes: pick('every'), onRequest: pick('asked') };
      return granted.scopes.length + granted.onRequest.length === 0 ? undefined : granted;
    });
}

function client(name: string, apis: readonly DesiredApi[]): fc.Arbitrary<DesiredClient> {
  return fc
    .record({
      owner,
      description: fc.constantFrom('one', 'two', ''),
      labels: fc.constantFrom({}, { tier: 'backend' }),
      auth: fc.constantFrom('client_secret_basic' as const, 'client_secret_post' as const),
      state: fc.constantFrom('enabled' as const, 'enabled' as const, 'disabled' as const),
      folder: fc.constantFrom('', 'team/'),
      access: fc.tuple(...apis.map(access)),
    })
    .map(({ folder, access: granted, ...rest }) => ({
      ...rest,
      name,
      clientId: name,
      access: granted.flatMap((one) => one ?? []),
      credential: { path: `${folder}${name}`, rotate: { every: 7_776_000, overlap: 172_800 } },
      settings: { kind: 'memory' },
      position: POSITION,
    }));
}

/** A state that manifests could describe. */
export function desiredState(stack = 'acme'): fc.Arbitrary<DesiredState> {
  return fc
    .subarray(API_NAMES)
    .chain((names) => fc.tuple(...names.map(api)))
    .chain((apis) =>
      fc
        .subarray(CLIENT_NAMES)
        .chain((names) => fc.tuple(...names.map((name) => client(name, apis))))
        .map((clients) => ({ target: testTarget(stack), apis, clients, overlaps: overlapsOf(clients) })),
    );
}
