import { expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { clientSecret } from './make.ts';
import { fromPayload, toPayload } from './payload.ts';

const [PRESENT, NEXT] = [clientSecret(new Secret('s-1')), clientSecret(new Secret('s-2'))];

function shown(value: Secret | string | null | undefined): string | null | undefined {
  return value instanceof Secret ? value.reveal() : value;
}

it('the payload of a client secret: is kept under the keys that consumers read', () => {
  const alone = toPayload({ present: PRESENT });
  expect([alone['client_secret'], alone['client_secret_next']].map(shown)).toEqual(['s-1', null]);
  const staged = toPayload({ present: PRESENT, next: NEXT });
  expect([staged['client_secret'], staged['client_secret_next']].map(shown)).toEqual(['s-1', 's-2']);
});

it('the payload of a client secret: is not whole with the secret to come alone, nor as a text that nobody hides', () => {
  expect(fromPayload({ client_secret_next: NEXT.secret })).toBeUndefined();
  expect(fromPayload({ client_secret: 's-1' })).toBeUndefined();
});

it('the payload of a client secret: names the one before only where something is known of it', () => {
  expect(toPayload({ present: NEXT })).not.toHaveProperty('client_secret_previous');
  expect(toPayload({ present: NEXT, previous: null })).toMatchObject({ client_secret_previous: null });
  const kept = toPayload({ present: NEXT, previous: PRESENT });
  expect(shown(kept['client_secret_previous'])).toBe('s-1');
});
