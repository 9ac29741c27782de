import { GrantryError } from '../../../model/errors.ts';
import { APPLICATION_FIELDS, application } from '../convert/representations.ts';
import type { Application } from '../convert/representations.ts';
import type { Auth0Api } from './api.ts';
import type { Call } from './call.ts';
import { parseList } from './listing.ts';
import { statusOf } from './refusal.ts';

/** One application by its id, without its secret; undefined: there is none. */
export async function findApplication(
  api: Auth0Api,
  id: string,
  { about, needs = 'read:clients' }: Partial<Pick<Call, 'needs'>> & Pick<Call, 'about'>,
): Promise<Application | undefined> {
  const fields = APPLICATION_FIELDS.join(',');
  const found: unknown = await api.call({ about, needs, idempotent: true }, async (client) => {
    try {
      return await client.clients.get(id, { fields, include_fields: true });
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw error;
    }
  });
  return found === undefined ? undefined : parseApplication(api, found);
}

/** Auth0 answers a change with the whole application. */
export async function patchApplication(api: Auth0Api, id: string, body: object, about: string): Promise<Application> {
  const call = { about, needs: rightFor(body), idempotent: true, writes: true as const };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the fields are JSON of keys that the API takes
  const changed: unknown = await api.call(call, (client) => client.clients.update(id, body as never));
  return parseApplication(api, changed);
}

function rightFor(body: object): string {
  if ('client_secret' in body) return 'update:client_keys';
  return 'client_authentication_methods' in body ? 'update:client_credentials' : 'update:clients';
}

export function parseApplication(api: Auth0Api, found: unknown): Application {
  const [app] = parseList(api, { found: [found] }, 'found', application);
  if (app === undefined) throw new GrantryError('FAILED', 'Auth0 answers with no application');
  return app;
}
