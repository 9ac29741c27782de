import { expect, test } from 'vitest';
import type { ClientProof } from '../../model/report.ts';
import { makeStyle, renderVerify } from '../index.ts';

/** What a verify looks like, golden cases show: test/golden/results. */
const style = makeStyle({ color: false, unicode: true });
const head = {
  target: 'dev',
  stack: 'acme-platform',
  provider: 'Keycloak http://localhost:8080 realm acme',
  store: 'Vault secret/m2m',
};
const refused: ClientProof = {
  address: 'Client/order-service',
  place: 'secret/m2m/order-service',
  storeVersion: 3,
  checks: [{ claim: 'a token is issued', outcome: 'failed', detail: '401' }],
  credential: 'refused',
  duration: 300,
};

test('what to do is said where a credential is missing or refused, and of no other failure', () => {
  const { credential: _credential, ...other } = refused;
  for (const format of ['text', 'markdown'] as const) {
    expect(renderVerify({ ...head, proofs: [refused] }, { format, style })).toContain(
      'grantry plan -t dev --check-store',
    );
    expect(renderVerify({ ...head, proofs: [other] }, { format, style })).not.toContain('--check-store');
  }
});

test('a client that may call nothing is not counted as proven', () => {
  const idle: ClientProof = { ...refused, checks: [{ claim: 'a scope is refused', outcome: 'not-testable' }] };
  expect(JSON.parse(renderVerify({ ...head, proofs: [idle] }, { format: 'json', style }))).toMatchObject({
    summary: { proven: 0, notProven: 0, nothingToProve: 1, partlyTestable: 0 },
    proofs: [{ proven: false }],
  });
});
