import { nameSome } from '../../../model/text/counting.ts';
import { isForMachinesAlone, MACHINE_GRANTS, MACHINE_TYPE, settingsOfLogins } from '../convert/equal-in-effect.ts';
import type { Application } from '../convert/representations.ts';
import { byPatch } from './reasons.ts';
import type { Reason } from './reasons.ts';

const MOST_NAMED = 5;

/** Why what a listing shows of an application keeps it out of manifests; undefined: nothing does. */
export function reasonOfApplication(app: Application, ownClientId: string): Reason | undefined {
  if (app.client_id === ownClientId) return OWN_ACCOUNT;
  if (!app.is_first_party) return THIRD_PARTY;
  return reasonOfGrantTypes(app) ?? reasonOfUrls(app) ?? reasonOfType(app);
}

const OWN_ACCOUNT: Reason = {
  reason: 'own-account',
  why: 'It is the application that grantry itself logs in with.',
  todo: 'Nothing: it is never taken over, changed or deleted.',
};

const THIRD_PARTY: Reason = {
  reason: 'third-party',
  why: 'It is an application of a third party (is_first_party false), which manifests have no word for.',
  todo: 'Leave it to those who registered it. If it is one of yours, make it first-party and import again.',
};

function reasonOfGrantTypes(app: Application): Reason | undefined {
  if (isForMachinesAlone(app)) return undefined;
  const { client_id: id, grant_types: types } = app;
  const others = types.filter((type) => !MACHINE_GRANTS.includes(type));
  if (!MACHINE_GRANTS.every((type) => types.includes(type))) {
    return {
      reason: 'no-client-credentials',
      why: 'It may not use the grant type client_credentials, so it gets no token as itself.',
      todo: 'Delete it if nothing needs it, or let it use client_credentials alone, and import again.',
    };
  }
  return {
    reason: 'mixed',
    why: `It may use grant types for users too: ${nameSome(others, MOST_NAMED)}.`,
    todo: byPatch(
      'If users log in by it, give the machine an application of its own. If none do, take these from it',
      { list: 'clients', id },
      { grant_types: [...MACHINE_GRANTS] },
    ),
  };
}

function reasonOfUrls(app: Application): Reason | undefined {
  const urls = {
    callbacks: app.callbacks,
    web_origins: app.web_origins,
    allowed_origins: app.allowed_origins,
    allowed_logout_urls: app.allowed_logout_urls,
  };
  const set = Object.entries(urls).flatMap(([key, list]) => (list.length === 0 ? [] : [key]));
  if (set.length === 0) return undefined;
  return {
    reason: 'mixed',
    why: `It has addresses for logins of users (${set.join(', ')}), though no grant type for these.`,
    todo: byPatch(
      'If nobody logs in by it, take them out and import again',
      { list: 'clients', id: app.client_id },
      Object.fromEntries(set.map((key) => [key, []])),
    ),
  };
}

function reasonOfType(app: Application): Reason | undefined {
  const { appType } = settingsOfLogins(app);
  if (appType === MACHINE_TYPE) return undefined;
  return {
    reason: 'application-type',
    why: `It is an application of the type ${appType}, and those of manifests are ${MACHINE_TYPE}.`,
    todo: byPatch(
      'If a machine uses it and nobody else, say so and import again',
      { list: 'clients', id: app.client_id },
      { app_type: MACHINE_TYPE },
    ),
  };
}
