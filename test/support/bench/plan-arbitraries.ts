import * as fc from 'fast-check';
import { addressOf } from '../../../src/model/address.ts';
import type { Json, JsonObject } from '../../../src/model/values/json.ts';
import type { Change, Conflict, DeliveryReason, Plan, Selection } from '../../../src/model/plan.ts';
import type {
  ApplyReport,
  ChangeResult,
  ClientProof,
  CredentialStatus,
  ProofCheck,
  RotateReport,
  RotationResult,
  DoctorReport,
  StatusReport,
} from '../../../src/model/report.ts';
import { PURPOSES } from '../../../src/model/check.ts';
import type { CheckFinding } from '../../../src/model/check.ts';
import { apiFields, createClient, deleteClient, delivery, deliverClient, planOf, updateClient } from './plans.ts';

/** Texts that try to leave the line, the colour, the code block or the comment that they stand in. */
const NASTY = [
  '\u001B[31mred\u001B[0m',
  '\u009B2J',
  '\u001B]8;;http://evil\u0007link\u001B]8;;\u0007',
  'a\r\nb\tc\u0000\u007F',
  'line\u2028separator\u2029',
  '\u202Egnp.exe',
  'zero\u200Bwidth\uFEFF\u00AD',
  '\uD800',
  '\u{E0041}\u{E0042}',
  '```\n# out',
  '`tick`',
  '~~~',
  '</code></summary></details><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '| a | b |',
  '@octo/everyone',
  '#1 and octo/repo#2',
  '[click](http://evil)',
  '![x](http://evil/x.png)',
  'http://evil.example',
  '::error title=x::y',
  '##[error]x ##vso[task.complete]y',
  `${'long '.repeat(30)}::add-mask::widens ::stop-commands::x`,
  '&lt;b&gt; &#96;',
  '日本語のスコープ',
  '🙂👩‍💻🇩🇪',
  `e${'\u0301'.repeat(40)}`,
  '"quoted" \\u{1b}',
  '__proto__',
  '',
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NASTY) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.constantFrom(...NASTY)).map((parts) => parts.join(' ')),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...NASTY), fc.nat(300)).map(([text, times]) => text.repeat(times)) },
);

const name = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), hostileText);
const names = fc.uniqueArray(name, { maxLength: 4 });
const dictionary = <T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<JsonObject> =>
  fc.array(fc.tuple(name, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 2 },
    hostileText,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(name, tie('json'), { maxKeys: 3 }),
  ),
}));

const clientSpecial: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      description: hostileText,
      enabled: fc.boolean(),
      access: dictionary(fc.record({ scopes: names, onRequest: names })),
      labels: dictionary(hostileText),
      attributes: dictionary(hostileText),
      otherScopes: fc.record({ default: names, optional: names }),
      protocolMappers: names,
      flows: fc.record({ standard: fc.boolean(), directAccessGrants: fc.boolean(), serviceAccount: fc.boolean() }),
      fullScopeAllowed: fc.boolean(),
      redirectUris: names,
      auth: hostileText,
      tokenLifetime: fc.option(fc.nat(100_000)),
      roles: fc.record({ realm: names, clients: dictionary(names) }),
      scopeMappings: fc.record({ realm: names, clients: dictionary(names) }),
      unknown: json,
    },
    { requiredKeys: [] },
  )
  .map((fields) => fields as JsonObject);

const api = fc
  .record({ audience: hostileText, scopes: fc.array(fc.tuple(name, hostileText), { maxLength: 4 }), by: names })
  .map(({ audience, scopes, by }) => apiFields(audience, Object.fromEntries(scopes), by));

const special = fc.record({
  owner: name,
  reason: hostileText,
  notes: fc
    .array(fc.tuple(fc.constantFrom('tokenLifetime', 'enabled', 'access'), hostileText), { maxLength: 2 })
    .map((notes) => Object.fromEntries(notes)),
});

const REASONS: readonly DeliveryReason[] = [
  'new',
  'missing',
  'never-delivered',
  'moved',
  'secret-changed',
  'facts-changed',
  'in-use',
  'previous-guessable',
  'differs',
];
const reason = fc.constantFrom(...REASONS);

/** Any change, with texts that nobody would want. */
export const anyChange: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(name, clientSpecial, special).map(([client, fields, rest]): Change => createClient(client, fields, rest)),
  fc
    .tuple(name, clientSpecial, clientSpecial, special)
    .map(([client, before, after, rest]): Change => updateClient(client, before, after, rest)),
  fc.tuple(name, clientSpecial, special, reason, name).map(([client, fields, rest, why, from]): Change => ({
    ...updateClient(client, fields, {}, rest),
    op: 'adopt',
    from: [null],
    delivery: delivery(client, why, from),
  })),
  fc.tuple(name, clientSpecial, special).map(([client, fields, rest]): Change => deleteClient(client, fields, rest)),
  fc.tuple(name, reason, special).map(([client, why, rest]): Change => deliverClient(client, why, rest)),
  fc.tuple(name, api, special).map(([of, after, rest]): Change => ({
    op: 'create',
    address: addressOf('Api', of),
    dependsOn: [],
    ...rest,
    after,
  })),
  fc.tuple(name, api, api, special).map(([of, before, after, rest]): Change => ({
    op: 'update',
    id: of,
    address: addressOf('Api', of),
    dependsOn: [],
    ...rest,
    before,
    after,
  })),
);

const conflict: fc.Arbitrary<Conflict> = fc.record({
  address: name.map((of) => addressOf('Client', of)),
  reason: hostileText,
  hint: hostileText,
});

const selection: fc.Arbitrary<Selection> = fc
  .record({
    only: fc.array(hostileText, { maxLength: 7 }),
    ref: fc.option(hostileText, { nil: undefined }),
    addresses: fc.array(
      name.map((of) => addressOf('Client', of)),
      { maxLength: 3 },
    ),
  })
  .map(({ only, ref, addresses }) => {
    const changedSince =
      ref === undefined ? {} : { changedSince: { ref, commit: '0123456789abcdef'.repeat(3).slice(0, 40) } };
    return { only: ref === undefined && only.length === 0 ? ['Client/*'] : only, addresses, ...changedSince };
  });

/** Any plan. */
export const anyPlan: fc.Arbitrary<Plan> = fc
  .record({
    changes: fc.array(anyChange, { maxLength: 6 }),
    conflicts: fc.array(conflict, { maxLength: 3 }),
    texts: fc.tuple(hostileText, hostileText, hostileText, hostileText),
    unchanged: fc.record({ apis: fc.nat(3), clients: fc.nat(3000) }),
    selected: fc.option(selection, { nil: undefined }),
  })
  .map(({ changes, conflicts, unchanged, selected, texts: [target, stack, provider, store] }) =>
    planOf(changes, {
      conflicts,
      unchanged,
      target,
      stack,
      provider,
      store,
      ...(selected === undefined ? {} : { selection: selected }),
    }),
  );

const address = fc
  .tuple(fc.constantFrom('Api' as const, 'Client' as const), name)
  .map(([kind, of]) => addressOf(kind, of));

/** How any change may have gone. */
export const anyResult: fc.Arbitrary<ChangeResult> = fc.record(
  {
    address,
    op: fc.constantFrom('create' as const, 'update' as const, 'delete' as const, 'adopt' as const, 'deliver' as const),
    outcome: fc.constantFrom('done' as const, 'failed' as const, 'skipped' as const),
    reason: hostileText,
    hint: hostileText,
    storeVersion: fc.nat(100),
    duration: fc.nat(10_000_000),
  },
  { requiredKeys: ['address', 'op', 'outcome', 'duration'] },
);

const check: fc.Arbitrary<ProofCheck> = fc.record(
  {
    claim: hostileText,
    outcome: fc.constantFrom('passed' as const, 'failed' as const, 'not-testable' as const),
    detail: hostileText,
  },
  { requiredKeys: ['claim', 'outcome'] },
);

const proof: fc.Arbitrary<ClientProof> = fc.record({
  address,
  place: hostileText,
  storeVersion: fc.option(fc.nat(9), { nil: undefined }),
  checks: fc.array(check, { maxLength: 4 }),
  duration: fc.nat(5000),
});

/** What any apply may have done; it holds all that a verify report does. */
export const anyReport: fc.Arbitrary<ApplyReport> = fc.record({
  target: hostileText,
  stack: hostileText,
  provider: hostileText,
  store: hostileText,
  startedAt: fc.constant('2026-11-22T10:00:00.000Z'),
  results: fc.array(anyResult, { maxLength: 5 }),
  proofs: fc.array(proof, { maxLength: 4 }),
  interrupted: fc.boolean(),
  brokeLock: hostileText,
  overriddenGuards: fc.subarray(['maxDeletes', 'protect'] as const),
  audit: fc.constant([]),
});

const iso = fc.constantFrom('2026-11-22T10:00:00.000Z', '2026-12-24T23:59:59.000Z');

const rotationResult: fc.Arbitrary<RotationResult> = fc.record(
  {
    address,
    op: fc.constantFrom('rotate' as const, 'revoke' as const, 'retire' as const),
    outcome: fc.constantFrom(
      'done' as const,
      'finished' as const,
      'failed' as const,
      'refused' as const,
      'skipped' as const,
    ),
    place: hostileText,
    storeVersion: fc.nat(100),
    overlapUntil: iso,
    gap: fc.record({ ms: fc.nat(1_000_000), atMost: fc.boolean() }),
    checks: fc.array(check, { maxLength: 2 }),
    reason: hostileText,
    hint: hostileText,
    duration: fc.nat(10_000_000),
  },
  { requiredKeys: ['address', 'op', 'outcome', 'place', 'checks', 'duration'] },
);

export const anyRotateReport: fc.Arbitrary<RotateReport> = fc.record({
  target: hostileText,
  stack: hostileText,
  provider: hostileText,
  store: hostileText,
  startedAt: iso,
  results: fc.array(rotationResult, { maxLength: 5 }),
  waiting: fc.nat(1000),
  interrupted: fc.boolean(),
  brokeLock: hostileText,
  notices: fc.array(hostileText, { maxLength: 2 }),
  audit: fc.constant([]),
});

const credentialStatus: fc.Arbitrary<CredentialStatus> = fc.record({
  address,
  owner: hostileText,
  state: fc.constantFrom('enabled', 'disabled'),
  place: fc.option(hostileText, { nil: undefined }),
  storeVersion: fc.option(fc.nat(100), { nil: undefined }),
  madeAt: fc.option(iso, { nil: undefined }),
  age: fc.option(fc.nat(100_000_000), { nil: undefined }),
  dueAt: fc.option(iso, { nil: undefined }),
  overdue: fc.boolean(),
  overlapUntil: fc.option(iso, { nil: undefined }),
  refusedFrom: fc.option(iso, { nil: undefined }),
  remarks: fc.array(hostileText, { maxLength: 2 }),
});

export const anyStatus: fc.Arbitrary<StatusReport> = fc.record({
  target: hostileText,
  stack: hostileText,
  provider: hostileText,
  store: hostileText,
  now: iso,
  credentials: fc.array(credentialStatus, { maxLength: 5 }),
  notices: fc.array(hostileText, { maxLength: 2 }),
});

const purposes = fc.subarray([...PURPOSES], { minLength: 1 });
const mend = fc.record({ words: hostileText, commands: fc.array(hostileText, { maxLength: 2 }) });
const trouble = { what: hostileText, why: hostileText };

const checkFinding: fc.Arbitrary<CheckFinding> = fc.oneof(
  fc.record({ kind: fc.constant('fine' as const), detail: hostileText }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constantFrom('problem' as const, 'risk' as const), ...trouble, mend }),
  fc.record({ kind: fc.constant('unknown' as const), ...trouble, mend }, { requiredKeys: ['kind', 'what', 'why'] }),
);

export const anyDoctor: fc.Arbitrary<DoctorReport> = fc.record({
  target: hostileText,
  stack: hostileText,
  provider: hostileText,
  store: hostileText,
  purposes,
  servers: fc.array(
    fc.record({
      side: fc.constantFrom('provider' as const, 'store' as const, 'former-store' as const),
      name: hostileText,
      checks: fc.array(fc.record({ id: hostileText, purposes, title: hostileText, finding: checkFinding }), {
        maxLength: 4,
      }),
    }),
    { maxLength: 3 },
  ),
});

/** A large plan made of a few random changes, each under many names. */
export function repeatChanges(changes: readonly Change[], count: number): Change[] {
  return Array.from({ length: Math.ceil(count / Math.max(1, changes.length)) }, (_, round) =>
    changes.map((change, index): Change => ({ ...change, address: `${change.address}-${round}-${index}` })),
  )
    .flat()
    .slice(0, count);
}
