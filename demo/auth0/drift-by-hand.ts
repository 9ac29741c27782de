import { z } from 'zod';
import { GrantryError } from '../../src/model/errors.ts';
import type { DemoTenant } from './tenant.ts';

const tokenAnswer = z.object({ access_token: z.string() });
const clientList = z.object({ clients: z.array(z.object({ client_id: z.string(), name: z.string() })) });

/** What somebody does to a client in the dashboard: users may log in with it, it may call billing, and its secret is another. */
export async function driftByHand(tenant: DemoTenant, client: string): Promise<void> {
  const manage = await managementOf(tenant);
  const { clients } = clientList.parse(
    await manage('GET', '/clients?take=100&fields=client_id,name&include_fields=true'),
  );
  const id = clients.find(({ name }) => name === client)?.client_id;
  if (id === undefined) throw new GrantryError('FAILED', `the tenant has no client ${client}`);
  await manage('PATCH', `/clients/${id}`, { grant_types: ['client_credentials', 'authorization_code'] });
  const grant = { client_id: id, audience: 'https://billing.internal', scope: ['billing:read'] };
  await manage('POST', '/client-grants', grant);
  await manage('POST', `/clients/${id}/rotate-secret`);
}

type Manage = (method: string, path: string, body?: object) => Promise<unknown>;

/** The Management API, with the only account that there is; nothing of what is answered is shown. */
async function managementOf({ domain, clientId, clientSecret }: DemoTenant): Promise<Manage> {
  const { access_token: token } = tokenAnswer.parse(
    await ask(domain, 'POST', '/oauth/token', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${domain}/api/v2/`,
    }),
  );
  return (method, path, body) => ask(domain, method, `/api/v2${path}`, body, { authorization: `Bearer ${token}` });
}

async function ask(
  domain: string,
  method: string,
  path: string,
  body?: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const answer = await fetch(`https://${domain}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok) {
    throw new GrantryError('FAILED', `the tenant refuses a change by hand: ${method} ${path}, ${answer.status}`);
  }
  return answer.json();
}
