/** What every method of authentication must do, whatever its credentials are. */
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { CredentialMethod, HeldCredential } from '../../../src/credentials/method.ts';
import { SLOTS } from '../../../src/credentials/method.ts';
import { credentialIn, isSameCredential, methodFor, toPayload } from '../../../src/credentials/registry.ts';
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

function written(held: HeldCredential, before?: DocumentData): DocumentData {
  return mergeData(before, { clientId: 'orders', payload: toPayload(held), facts: { audience: 'https://a' } });
}

/** `auths`: each way in which a manifest may name the method. */
export function describeMethod<C extends Credential>(
  method: CredentialMethod<C>,
  [auth, ...others]: readonly [AuthMethod, ...AuthMethod[]],
): void {
  const make = (): Promise<C> => method.make(auth);
  const isSame = (found: Credential | null | undefined, wanted: C): boolean =>
    found !== null && found !== undefined && isSameCredential(found, wanted);

  /** What grantry makes and keeps; else a workload brings what it logs in with. */
  const isKept = method.heldBy !== 'workload';

  describe(`the contract of credential methods: ${method.kind}`, () => {
    it.each([auth, ...others])('is the method of a client whose manifest says %o', (each) => {
      expect(method.auth.safeParse(each).success).toBe(true);
      expect(methodFor(each).kind).toBe(method.kind);
    });

    it.each([auth, ...others])('makes what a client can use that authenticates so: %o', async (each) => {
      expect(method.fits(await method.make(each), each)).toBe(true);
    });

    it.runIf(isKept)('makes another credential each time, which nobody can guess', async () => {
      const [first, second] = [await make(), await make()];
      expect([method.isSame(first, first), method.isSame(first, second)]).toEqual([true, false]);
      expect([first.kind, method.isGuessable(first)]).toEqual([method.kind, false]);
    });

    it('finds in a document the credential that was written', async () => {
      const present = await make();
      const found = credentialIn(read(written({ present })));
      expect([isSame(found?.present, present), found?.next]).toEqual([true, undefined]);
    });

    it.runIf(isKept)('has a credential to come stand beside the present one, until it takes its place', async () => {
      const [present, next] = [await make(), await make()];
      const staged = written({ present, next });
      const both = credentialIn(read(staged));
      expect([isSame(both?.present, present), isSame(both?.next, next)]).toEqual([true, true]);
      const after = credentialIn(read(written({ present: next }, staged)));
      expect([isSame(after?.present, next), after?.next]).toEqual([true, undefined]);
    });

    it.runIf(isKept)(
      'keeps the one before where nothing is said of it, and takes it out where it is to go',
      async () => {
        const [present, previous] = [await make(), await make()];
        const kept = written({ present }, written({ present, previous }));
        expect(isSame(credentialIn(read(kept))?.previous, previous)).toBe(true);
        expect(credentialIn(read(written({ present, previous: null }, kept)))?.previous).toBeUndefined();
      },
    );

    it('writes no key that it does not declare, and keeps hidden what is secret', async () => {
      const data = written({ present: await make(), next: await make(), previous: await make() });
      const payload = read(data);
      const { client_id: _id, audience: _fact, ...rest } = data;
      const declared = SLOTS.flatMap((slot) => Object.keys(method.payloadKeys[slot]));
      expect(declared.toSorted()).toEqual(Object.keys(rest).toSorted());
      expect(secretsOf(payload)).toHaveLength(isKept ? SLOTS.length : 0);
      for (const secret of secretsOf(payload)) {
        expect(`${JSON.stringify(payload)}${inspect(payload)}`).not.toContain(secret.reveal());
      }
    });

    it('finds no credential in a document that is not whole', async () => {
      const data = written({ present: await make() });
      for (const key of Object.keys(method.payloadKeys.present)) {
        expect(credentialIn(read({ ...data, [key]: '' }))).toBeUndefined();
      }
    });

    it.runIf(!isKept)('has nothing to make, to rotate or to keep beside: it is what the manifest says', async () => {
      const [present, again] = [await make(), await make()];
      expect(method.isSame(present, again)).toBe(true);
      expect(method.rotation).toBeUndefined();
      const held = credentialIn(read(written({ present, next: again, previous: again })));
      expect([held?.next, held?.previous]).toEqual([undefined, undefined]);
    });

    it.runIf(isKept).each([auth, ...others])('authenticates a token request: %o', async (each) => {
      const [body, headers] = [new URLSearchParams(), new Headers()];
      const issuer = { issuer: 'https://a', token_endpoint: 'https://a/token' };
      await method.authenticate(await method.make(each), each)(issuer, { client_id: 'orders' }, body, headers);
      expect([...headers, ...body].length).toBeGreaterThan(0);
    });
  });
}
