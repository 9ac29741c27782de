import { z } from 'zod';
import type { Evaluation, FoundCredential } from '../../provider.ts';
import { unlessForbidden } from '../../refusals.ts';
import { identityOf } from '../convert/convert-client.ts';
import type { KeycloakApi } from '../http/api.ts';
import type { ClientResource } from '../http/client-resource.ts';
import { findClient } from '../read/listing.ts';
import { accountName, findServiceAccounts } from '../roles/service-accounts.ts';

const example = z.record(z.string(), z.unknown());

/** Who may log in as a client, as its attributes say. */
export async function readIdentity(client: ClientResource, id: string): Promise<FoundCredential> {
  const found = await client.read(id, { about: 'read who may log in as a client', needs: 'view-clients' });
  const identity = identityOf(found.attributes);
  return {
    id,
    clientId: found.clientId,
    credential: identity === null ? undefined : { kind: 'federated-jwt', ...identity },
    createdAt: undefined,
  };
}

/** Keycloak works a token out for the client's service account as it would issue it, and signs none. */
export async function evaluateToken(
  api: KeycloakApi,
  clientId: string,
  parameters: Readonly<Record<string, string>>,
): Promise<Evaluation> {
  if (!api.hasAccount()) return { why: 'this command was given no account at Keycloak' };
  const client = await findClient(api, clientId);
  if (client === undefined) return { why: `there is no client ${clientId}` };
  const { id } = client;
  const needs = 'view-clients and view-users';
  const about = `work out a token of client ${clientId}`;
  const answer = await unlessForbidden(
    findServiceAccounts(api, [clientId]).then((accounts) => {
      const userId = accounts.get(accountName(clientId))?.id;
      if (userId === undefined) return null;
      const query = { id, userId, scope: parameters['scope'] ?? '', audience: '' };
      return api.read({ about, needs, absent: null }, ({ clients }) => clients.evaluateGenerateAccessToken(query));
    }),
  );
  if (answer === undefined) return { why: `grantry's account may not ask for that: it takes ${needs}` };
  const claims = example.safeParse(answer).data;
  return claims === undefined ? { why: 'the server works none out: the client has no service account' } : { claims };
}
