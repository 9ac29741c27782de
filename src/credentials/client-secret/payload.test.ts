import { expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { clientSecret } from './make.ts';
import { fromPayload, toPayload } from './payload.ts';

it('the payload of a client secret: is kept under the keys that consumers read', () => {
  const secret = clientSecret(new Secret('s-1'));
  expect(Object.keys(toPayload(secret, 'present'))).toEqual(['client_secret']);
  expect(Object.keys(toPayload(secret, 'next'))).toEqual(['client_secret_next']);
  expect(Object.keys(toPayload(secret, 'previous'))).toEqual(['client_secret_previous']);
});

it('the payload of a client secret: is none as a text that nobody hides', () => {
  expect(fromPayload({ client_secret: 's-1' }, 'present')).toBeUndefined();
});
