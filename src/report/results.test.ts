import { describe, expect, test } from 'vitest';
import type { ApplyReport, ChangeResult, ClientProof } from '../model/report.ts';
import { makeStyle, renderApply, renderRotate, renderVerify } from './index.ts';

const plain = makeStyle({ color: false, unicode: true });
const ascii = makeStyle({ color: false, unicode: false });

const results: ChangeResult[] = [
  {
    address: 'Client/order-service',
    op: 'update',
    outcome: 'failed',
    duration: 1340,
    reason: 'Keycloak refused to change the client: 403 Forbidden',
    hint: 'The account grantry lacks the role manage-clients of realm-management.',
  },
  { address: 'Client/legacy-export', op: 'delete', outcome: 'done', duration: 210 },
  {
    address: 'Client/reporting',
    op: 'deliver',
    outcome: 'skipped',
    duration: 0,
    reason: 'waits for Api/billing, which failed',
  },
  { address: 'Client/nightly-sync', op: 'create', outcome: 'done', duration: 1240, storeVersion: 1 },
];

const unproven: ClientProof = {
  address: 'Client/order-service',
  place: 'secret/m2m/order-service',
  storeVersion: 3,
  checks: [
    { claim: 'the credential in the store works', outcome: 'passed' },
    {
      claim: 'the scope claim is exactly inventory:read',
      outcome: 'failed',
      detail: 'found beside it: inventory:write',
    },
    { claim: 'the token is signed by the realm', outcome: 'failed' },
  ],
  duration: 300,
};
const proven: ClientProof = {
  address: 'Client/nightly-sync',
  place: 'secret/m2m/nightly-sync',
  storeVersion: undefined,
  checks: [
    { claim: 'the credential in the store works', outcome: 'passed' },
    { claim: 'a scope that was not granted is refused', outcome: 'not-testable', detail: 'there is none' },
    { claim: 'introspection', outcome: 'not-testable' },
  ],
  duration: 300,
};

const head = {
  target: 'dev',
  stack: 'acme-platform',
  provider: 'Keycloak http://localhost:8080 realm acme',
  store: 'Vault secret/m2m',
};
const report: ApplyReport = {
  ...head,
  startedAt: '2026-11-22T10:00:00.000Z',
  results,
  proofs: [unproven, proven],
  interrupted: false,
  overriddenGuards: [],
  audit: [],
};
const nothing: ApplyReport = { ...report, results: [], proofs: [] };

test('what an apply did, in text: failures last, above the summary', () => {
  expect(renderApply(report, { format: 'text', style: plain }))
    .toBe(`dev: Keycloak http://localhost:8080 realm acme, Vault secret/m2m, stack acme-platform

  ✓ Client/legacy-export    delete   done     210ms
  ✓ Client/nightly-sync     create   done     1.2s, document version 1
  ○ Client/reporting        deliver  skipped  waits for Api/billing, which failed
  ✗ Client/order-service    update   failed   Keycloak refused to change the client: 403 Forbidden
                                              The account grantry lacks the role manage-clients of
                                              realm-management.

  ✓ Client/nightly-sync     proven      1 check passed, 2 not testable; secret/m2m/nightly-sync
      ? not testable: a scope that was not granted is refused (there is none)
      ? not testable: introspection
  ✗ Client/order-service    not proven  2 of 3 checks failed; secret/m2m/order-service, version 3
      ✗ the scope claim is exactly inventory:read
        found beside it: inventory:write
      ✗ the token is signed by the realm

2 changes done, 1 failed, 1 skipped. 1 client proven, 1 not proven.
`);
});

describe('changes of a saved plan that were done before', () => {
  const before: ChangeResult = { address: 'Client/reporting', op: 'create', outcome: 'done-before', duration: 0 };
  const done: ChangeResult = { address: 'Api/billing', op: 'update', outcome: 'done', duration: 210 };
  const saved: ApplyReport = { ...nothing, results: [before, done] };

  test('in text', () => {
    expect(renderApply(saved, { format: 'text', style: plain }).split('\n').slice(2)).toEqual([
      '  = Client/reporting        create   done before this run',
      '  ✓ Api/billing             update   done     210ms',
      '',
      '1 change done, 1 done before.',
      '',
    ]);
    const all = renderApply({ ...nothing, results: [before] }, { format: 'text', style: plain });
    expect(lastOf(all)).toBe('1 change done before this run.');
  });

  test('in Markdown', () => {
    const markdown = renderApply(saved, { format: 'markdown', style: plain });
    expect(markdown.split('\n')[0]).toBe('### `dev`: 1 change done, 1 done before');
    expect(markdown).toContain('<summary>1 done</summary>\n\n```text\nupdate  Api/billing  210ms\n');
    expect(markdown).toContain('<summary>1 done before this run</summary>\n\n```text\ncreate  Client/reporting\n');
  });

  test('in JSON', () => {
    expect(JSON.parse(renderApply(saved, { format: 'json', style: plain }))).toMatchObject({
      summary: { done: 1, doneBefore: 1 },
      results: [{ address: 'Client/reporting', outcome: 'done-before' }, { outcome: 'done' }],
    });
  });
});

test('what a verify found, on a terminal without UTF-8', () => {
  expect(renderVerify({ ...head, proofs: [unproven] }, { format: 'text', style: ascii }))
    .toBe(`dev: Keycloak http://localhost:8080 realm acme, Vault secret/m2m, stack acme-platform

  !! Client/order-service   not proven  2 of 3 checks failed; secret/m2m/order-service, version 3
      !! the scope claim is exactly inventory:read
         found beside it: inventory:write
      !! the token is signed by the realm

1 client not proven.
`);
});

describe('what to do about a credential that is missing or refused', () => {
  const refused: ClientProof = {
    ...unproven,
    checks: [{ claim: 'a token with the scopes that are in every one is issued', outcome: 'failed', detail: '401' }],
    credential: 'refused',
  };

  test('a failed proof that is about something else gets no such advice', () => {
    const { credential: _credential, ...other } = refused;
    for (const format of ['text', 'markdown'] as const)
      expect(renderVerify({ ...head, proofs: [other] }, { format, style: plain })).not.toContain('--check-store');
  });

  test('in text', () => {
    const text = renderVerify({ ...head, proofs: [refused] }, { format: 'text', style: ascii });
    expect(text).toContain('grantry plan -t dev --check-store');
    expect(lastOf(text)).toBe('1 client not proven.');
  });

  test('in Markdown', () => {
    const markdown = renderVerify({ ...head, proofs: [refused] }, { format: 'markdown', style: plain });
    expect(markdown).toContain('missing or refused, `grantry plan -t dev --check-store` compares');
  });
});

describe('a client with nothing to prove', () => {
  const idle: ClientProof = {
    ...proven,
    checks: [{ claim: 'a scope that was not granted is refused', outcome: 'not-testable', detail: 'there is none' }],
  };

  test('is not called proven', () => {
    const text = renderVerify({ ...head, proofs: [idle] }, { format: 'text', style: plain });
    expect(text).toMatch(/○ Client\/\S+ +nothing to prove {2}it may call nothing; secret/);
    expect(lastOf(text)).toBe('1 client with nothing to prove.');
    const markdown = renderVerify({ ...head, proofs: [idle, proven] }, { format: 'markdown', style: plain });
    expect(markdown).toContain('1 client proven, 1 with nothing to prove');
    expect(markdown).toContain('<summary>1 with nothing to prove</summary>');
    expect(JSON.parse(renderVerify({ ...head, proofs: [idle] }, { format: 'json', style: plain }))).toMatchObject({
      summary: { proven: 0, notProven: 0, nothingToProve: 1 },
      proofs: [{ proven: false }],
    });
  });
});

function lastOf(rendering: string): string | undefined {
  return rendering.split('\n').at(-2);
}

describe('summaries in text', () => {
  const options = { format: 'text', style: plain } as const;
  const [failed, done] = results;

  test.each<[Partial<ApplyReport>, string]>([
    [{ results: [], proofs: [] }, 'There was nothing to do.'],
    [{ results: [], proofs: [proven] }, 'There was nothing to do. 1 client proven.'],
    [{ results: done === undefined ? [] : [done], proofs: [] }, '1 change done.'],
    [
      { results: failed === undefined ? [] : [failed], proofs: [unproven] },
      '0 changes done, 1 failed. 1 client not proven.',
    ],
  ])('case %#', (special, expected) => {
    expect(lastOf(renderApply({ ...report, ...special }, options))).toBe(expected);
  });

  test('of verify', () => {
    expect(lastOf(renderVerify({ ...head, proofs: [] }, options))).toBe('There is no client to prove.');
    expect(lastOf(renderVerify({ ...head, proofs: [proven, proven] }, options))).toBe('2 clients proven.');
  });
});

test('a run that was stopped says so, in text and in Markdown', () => {
  const stopped = { ...nothing, interrupted: true };
  for (const format of ['text', 'markdown'] as const) {
    expect(renderApply(stopped, { format, style: plain })).toContain(
      'Stopped on request: what is not listed as done or failed was not begun.',
    );
  }
});

test('whose lock was broken stands in every report', () => {
  const brokeLock = 'ann on ci-7, lock 1f0c';
  const { overriddenGuards: _guards, proofs: _proofs, ...rest } = nothing;
  const rotated = { ...rest, results: [], waiting: 0, notices: [], brokeLock };
  const lines = {
    text: `Broke the lock of ${brokeLock}.`,
    markdown: `Broke the lock of \`${brokeLock}\`.`,
    json: `"brokeLock": "${brokeLock}"`,
  };
  for (const format of ['text', 'markdown', 'json'] as const) {
    for (const shown of [
      renderApply({ ...nothing, brokeLock }, { format, style: plain }),
      renderRotate(rotated, { format, style: plain }),
    ]) {
      expect(shown).toContain(lines[format]);
    }
  }
});

test('what an apply did, in Markdown: what failed first and open', () => {
  expect(renderApply(report, { format: 'markdown', style: plain }))
    .toBe(`### \`dev\`: 2 changes done, 1 failed, 1 skipped

**1 client proven, 1 not proven.**

\`Keycloak http://localhost:8080 realm acme\`, \`Vault secret/m2m\`, stack \`acme-platform\`

<details open><summary><b>failed</b> update <code>Client/order-service</code></summary>

\`\`\`diff
- Keycloak refused to change the client: 403 Forbidden
  The account grantry lacks the role manage-clients of realm-management.
\`\`\`

</details>

<details open><summary><b>not proven</b> <code>Client/order-service</code> 2 of 3 checks failed</summary>

\`\`\`diff
  secret/m2m/order-service, version 3
- the scope claim is exactly inventory:read
    found beside it: inventory:write
- the token is signed by the realm
\`\`\`

</details>

<details><summary>1 skipped</summary>

\`\`\`text
deliver  Client/reporting  waits for Api/billing, which failed
\`\`\`

</details>

<details><summary>2 done</summary>

\`\`\`text
delete  Client/legacy-export  210ms
create  Client/nightly-sync  1.2s, document version 1
\`\`\`

</details>

<details><summary>1 proven</summary>

\`\`\`text
Client/nightly-sync  1 check passed, 2 not testable; secret/m2m/nightly-sync
  not testable: a scope that was not granted is refused (there is none)
  not testable: introspection
\`\`\`

</details>
`);
});

test('what a verify found, in Markdown', () => {
  const markdown = renderVerify({ ...head, proofs: [proven] }, { format: 'markdown', style: plain });
  expect(markdown.split('\n')[0]).toBe('### `dev`: 1 client proven');
  expect(renderVerify({ ...head, proofs: [] }, { format: 'markdown', style: plain })).toContain(
    'there is no client to prove',
  );
  expect(renderApply(nothing, { format: 'markdown', style: plain })).toContain('### `dev`: there was nothing to do');
});

test('failures that do not fit into a comment are counted', () => {
  const failed = Array.from({ length: 3000 }, (_, index): ChangeResult => ({
    address: `Client/c${index}`,
    op: 'create',
    outcome: 'failed',
    reason: 'the server did not answer',
    duration: 1,
  }));
  const markdown = renderApply({ ...nothing, results: failed }, { format: 'markdown', style: plain });
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toMatch(/\*\*2,\d{3} more failures are not shown here\.\*\*\n$/);
});

test('JSON has everything, with a version, a summary and whether each client is proven', () => {
  const parsed: unknown = JSON.parse(renderApply(report, { format: 'json', style: plain }));
  expect(parsed).toEqual({
    formatVersion: 1,
    kind: 'apply',
    ...head,
    startedAt: '2026-11-22T10:00:00.000Z',
    interrupted: false,
    overriddenGuards: [],
    audit: [],
    summary: {
      done: 2,
      doneBefore: 0,
      failed: 1,
      skipped: 1,
      proven: 1,
      notProven: 1,
      nothingToProve: 0,
      partlyTestable: 1,
    },
    results,
    proofs: [
      { ...unproven, proven: false },
      { address: proven.address, place: proven.place, checks: proven.checks, duration: 300, proven: true },
    ],
  });
  expect(JSON.parse(renderVerify({ ...head, proofs: [] }, { format: 'json', style: plain }))).toEqual({
    formatVersion: 1,
    kind: 'verify',
    ...head,
    summary: { proven: 0, notProven: 0, nothingToProve: 0, partlyTestable: 0 },
    proofs: [],
  });
});
