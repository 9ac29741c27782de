/** What every method of authentication must do, whatever its credentials are. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CredentialMethod } from '../../../src/credentials/method.ts';
import { credentialIn, isSameCredential, methodOf } from '../../../src/credentials/registry.ts';
import type { Credential } from '../../../src/model/secrets/credential.ts';
import type { AuthMethod } from '../../../src/model/desired.ts';
import { Secret } from '../../../src/model/secrets/secret.ts';
import { fromData, mergeData } from '../../../src/stores/document.ts';
import type { DocumentData } from '../../../src/stores/document.ts';
import type { Payload } from '../../../src/stores/store.ts';

function read(data: DocumentData): Payload {
  return fromData(data, 'secret/orders').payload;
}

function secretsOf(payload: Payload): Secret[] {
  return Object.values(payload).filter((value) => value instanceof Secret);
}

/** `auths`: each way in which a manifest may name the method. */
export function describeMethod<C extends Credential>(method: CredentialMethod<C>, auths: readonly AuthMethod[]): void {
  const written = (held: Parameters<typeof method.toPayload>[0], before?: DocumentData): DocumentData =>
    mergeData(before, { clientId: 'orders', payload: method.toPayload(held), facts: { audience: 'https://a' } });
  const isSame = (found: Credential | undefined, wanted: C): boolean =>
    found !== undefined && isSameCredential(found, wanted);

  describe(`the contract of credential methods: ${method.kind}`, () => {
    it.each(auths)('is the method of a client whose manifest says %o', (auth) => {
      expect(method.auth.safeParse(auth).success).toBe(true);
      expect(methodOf({ auth }).kind).toBe(method.kind);
    });

    it('makes another credential each time, which nobody can guess', () => {
      const [first, second] = [method.make(), method.make()];
      expect([method.isSame(first, first), method.isSame(first, second)]).toEqual([true, false]);
      expect([first.kind, method.isGuessable(first)]).toEqual([method.kind, false]);
    });

    it('finds in a document the credential that was written', () => {
      const present = method.make();
      const found = credentialIn(read(written({ present })));
      expect([isSame(found?.present, present), found?.next]).toEqual([true, undefined]);
    });

    it('has a credential to come stand beside the present one, until it takes its place', () => {
      const [present, next] = [method.make(), method.make()];
      const staged = written({ present, next });
      const both = credentialIn(read(staged));
      expect([isSame(both?.present, present), isSame(both?.next, next)]).toEqual([true, true]);
      const after = credentialIn(read(written({ present: next }, staged)));
      expect([isSame(after?.present, next), after?.next]).toEqual([true, undefined]);
    });

    it('writes no key that it does not declare, and keeps hidden what is secret', () => {
      const data = written({ present: method.make(), next: method.make() });
      const payload = read(data);
      const { client_id: _id, audience: _fact, ...rest } = data;
      expect(Object.keys(method.payloadKeys)).toEqual(expect.arrayContaining(Object.keys(rest)));
      expect(secretsOf(payload).length).toBeGreaterThan(0);
      for (const secret of secretsOf(payload)) {
        expect(`${JSON.stringify(payload)}${inspect(payload)}`).not.toContain(secret.reveal());
      }
    });

    it('finds no credential in a document that is not whole', () => {
      const data = written({ present: method.make() });
      for (const key of Object.keys(method.payloadKeys).filter((each) => Object.hasOwn(data, each))) {
        expect(credentialIn(read({ ...data, [key]: '' }))).toBeUndefined();
      }
    });

    it.each(auths)('authenticates a token request: %o', async (auth) => {
      const [body, headers] = [new URLSearchParams(), new Headers()];
      const issuer = { issuer: 'https://a', token_endpoint: 'https://a/token' };
      await method.authenticate(method.make(), auth)(issuer, { client_id: 'orders' }, body, headers);
      expect([...headers, ...body].length).toBeGreaterThan(0);
    });
  });
}
