import { expect, it } from 'vitest';
import { apiYaml, yaml } from '../../support/bench/workbench.ts';
import { BASE, BILLS, STOCK, orders } from './provider-manifests.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { ProviderSubject } from './provider-subject.ts';

function withStock(spec: string): string {
  return yaml(apiYaml('stock', ['stock:read', 'stock:write'], spec), BILLS, orders());
}

/** The form that an Api declares for its tokens is that of real ones, and goes with its declaration. */
export function testTokens(subject: () => ProviderSubject, capabilities: Capabilities): void {
  const formed = withStock(', token: {alg: PS256, type: at+jwt}');
  const bound = withStock(', senderConstrained: dpop');
  const constant = withStock(', claims: {tenant: acme, level: 5, beta: true, code: "007"}');

  it('signs and types tokens as an Api says, and no more once it says nothing', async () => {
    await subject().setUp(formed);
    expect(await subject().changesOf(formed)).toEqual([]);
    const untyped = [expect.stringContaining('is of the type at+jwt: it says JWT')];
    expect(await subject().unproven(formed)).toEqual(capabilities.typedTokens ? [] : untyped);
    const other = withStock(', token: {alg: RS512, type: JWT}');
    const otherAlg = expect.stringContaining('is signed with RS512: it says PS256');
    const otherType = expect.stringContaining('is of the type JWT: it says at+jwt');
    expect((await subject().unproven(other)).map((failure) => failure.replace(/^.*?: a token/, ''))).toEqual(
      capabilities.typedTokens ? [otherAlg, otherType] : [otherAlg],
    );
    await subject().setUp(other);
    expect(await subject().changesOf(other)).toEqual([]);
    expect(await subject().unproven(other)).toEqual([]);
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
    const usual = withStock(', token: {alg: RS256, type: JWT}');
    expect(await subject().unproven(usual)).toEqual([]);
  });

  it(`${capabilities.senderConstraint ? 'binds' : 'cannot bind'} tokens to a key where an Api says so, and no more once it does not`, async () => {
    await subject().setUp(BASE);
    expect(await subject().unproven(bound)).toContainEqual(expect.stringContaining('is refused: a token was issued'));
    await subject().setUp(bound);
    expect(await subject().changesOf(bound)).toEqual([]);
    expect((await subject().unproven(bound)).length > 0).toBe(!capabilities.senderConstraint);
    // The proofs of a rotation hold, too, and where the manifests say otherwise already.
    const request = { kind: 'named', names: ['orders'], force: true, revoke: true } as const;
    for (const manifests of [bound, BASE]) {
      const [rotated] = await subject().rotate(manifests, request);
      expect(rotated?.checks.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    }
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
    expect(await subject().unproven(BASE)).toEqual([]);
  });

  it(`${capabilities.constantClaims ? 'puts' : 'refuses to put'} constants into tokens`, async () => {
    const errors = subject().errors(constant);
    const refused = [expect.stringContaining('no constants')];
    expect(errors).toEqual(capabilities.constantClaims ? [] : refused);
    if (errors.length > 0) return;
    await subject().setUp(constant);
    expect(await subject().changesOf(constant)).toEqual([]);
    expect(await subject().unproven(constant)).toEqual([]);
    await subject().setUp(yaml(STOCK, BILLS, orders()));
    expect((await subject().unproven(constant)).length).toBe(4);
  });
}
