import { z } from 'zod';
import { fine } from '../../checks.ts';
import { PURPOSES } from '../../../model/check.ts';
import type { CheckFinding } from '../../../model/check.ts';
import { ADMIN_API_SCOPE, adminApiScopeCommands } from '../http/own-rights.ts';
import { loginClientId } from '../login/account.ts';
import type { MayAnswer } from './questions.ts';
import type { KeycloakCheck, Subject } from './subject.ts';

const scopes = z.array(z.object({ name: z.string() }));

/** Whether the account's realm has the client scope that the Admin API asks for from 26.8.2 on. */
export async function hasAdminScope({ api, settings }: Pick<Subject, 'api' | 'settings'>): Promise<MayAnswer> {
  const { realm } = settings.auth;
  const { body } = await api.ask('list client scopes', ({ clientScopes }) => clientScopes.find({ realm }));
  const { data } = scopes.safeParse(body);
  if (data === undefined || data.length === 0) return 'unknown';
  return data.some(({ name }) => name === ADMIN_API_SCOPE) ? 'yes' : 'no';
}

const WHY = 'From Keycloak 26.8.2 on the Admin API only takes tokens that have it: without it nothing works.';

/** Also where the server takes no token without it. */
export const adminScopeCheck: KeycloakCheck = {
  id: ADMIN_API_SCOPE,
  purposes: PURPOSES,
  title: `the account has the client scope ${ADMIN_API_SCOPE}, where there is one`,
  look,
};

async function look(subject: Subject): Promise<CheckFinding> {
  const has = await hasAdminScope(subject);
  if (has === 'no') return fine('this realm has none');
  const own = has === 'yes' ? await subject.ownClient.read() : undefined;
  if (own === undefined) {
    const what = `Whether the client ${loginClientId(subject.settings.auth)} needs the client scope ${ADMIN_API_SCOPE} is not known: the account may not see client scopes`;
    return { kind: 'unknown', what, why: WHY };
  }
  if (own.defaultClientScopes?.includes(ADMIN_API_SCOPE) === true) return fine();
  if (own.optionalClientScopes?.includes(ADMIN_API_SCOPE) === true)
    return fine('as an optional one, which takes two requests more in each run');
  return lacksScope(subject);
}

export function lacksScope({ settings }: Pick<Subject, 'settings'>): CheckFinding {
  const { auth } = settings;
  return {
    kind: 'problem',
    what: `The client ${loginClientId(auth)} does not have the client scope ${ADMIN_API_SCOPE} of the realm ${auth.realm}`,
    why: WHY,
    mend: {
      words: 'As an administrator, make it a default client scope of that client.',
      commands: adminApiScopeCommands(auth),
    },
  };
}
