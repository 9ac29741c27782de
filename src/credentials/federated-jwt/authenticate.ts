import type { ClientAuth } from 'oauth4webapi';
import { GrantryError } from '../../model/errors.ts';
import { assertionForm } from '../../model/secrets/assertion-form.ts';
import type { FederatedIdentity } from '../../model/secrets/credential.ts';

/** By the workload's own token, where this run was given one: grantry has none of its own. */
export function authenticate({ assertion, subject }: FederatedIdentity): ClientAuth {
  return (_server, client, body) => {
    if (assertion === undefined) {
      throw new GrantryError('FAILED', `client ${client.client_id} logs in with a token of the workload ${subject}`, {
        hint: 'grantry has none of it. Where this run can get one: grantry verify --assertion-from env:NAME or file:PATH.',
      });
    }
    body.set('client_id', client.client_id);
    for (const [name, value] of Object.entries(assertionForm(assertion))) body.set(name, value);
  };
}
