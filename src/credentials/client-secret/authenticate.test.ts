import { expect, it } from 'vitest';
import { Secret } from '../../model/secrets/secret.ts';
import { authenticate } from './authenticate.ts';
import { clientSecret } from './make.ts';

/** What a token request with this method carries. */
async function sent(auth: Parameters<typeof authenticate>[1]): Promise<[string | null, string | null]> {
  const [body, headers] = [new URLSearchParams(), new Headers()];
  await authenticate(clientSecret(new Secret('s 1')), auth)(
    { issuer: 'https://a' },
    { client_id: 'orders' },
    body,
    headers,
  );
  return [headers.get('authorization'), body.get('client_secret')];
}

it('authenticate: sends a client secret in the header or in the body, as was declared', async () => {
  expect(await sent('client_secret_basic')).toEqual([`Basic ${btoa('orders:s+1')}`, null]);
  expect(await sent('client_secret_post')).toEqual([null, 's 1']);
});
