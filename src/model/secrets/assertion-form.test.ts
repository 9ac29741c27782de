import { expect, it } from 'vitest';
import { assertionForm } from './assertion-form.ts';
import { Secret } from './secret.ts';

it('assertionForm: is that of RFC 7523 section 2.2', () => {
  expect(assertionForm(new Secret('a.b.c'))).toEqual({
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: 'a.b.c',
  });
});
