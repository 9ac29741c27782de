import { z } from 'zod';
import type { TokenLimit } from '../../provider.ts';
import type { KeycloakApi } from '../http/api.ts';
import { unexpectedListing } from '../http/parse-list.ts';

/** What of a realm's own settings matters to service accounts and their tokens. */
export interface RealmInfo {
  /** False: the account lacks `view-realm`, and Keycloak answers with hardly more than the realm's name. */
  readonly isSeen: boolean;
  /** The realm role that the server gives to every user, service accounts too. */
  readonly defaultRole: string;
  /** What ends tokens whatever lifetime the client has; undefined where it is not seen. */
  readonly longest: TokenLimit | undefined;
}

const realm = z.object({
  defaultRole: z.object({ name: z.string() }).nullish(),
  ssoSessionMaxLifespan: z.number().nullish(),
  clientSessionMaxLifespan: z.number().nullish(),
});

export async function readRealmInfo(api: KeycloakApi): Promise<RealmInfo> {
  const name = api.settings.realm;
  const context = { about: 'read the settings of the realm', needs: 'view-realm' };
  const settings = await api.read(context, ({ realms }) => realms.findOne({ realm: name }));
  const { data, error } = realm.safeParse(settings);
  if (data === undefined)
    throw unexpectedListing(api, 'the settings of the realm', error.issues[0]?.path ?? [], 'object');
  const { defaultRole, ssoSessionMaxLifespan, clientSessionMaxLifespan } = data;
  return {
    isSeen: defaultRole !== null && defaultRole !== undefined,
    defaultRole: defaultRole?.name ?? `default-roles-${name.toLowerCase()}`,
    longest: shortest([
      { seconds: ssoSessionMaxLifespan ?? 0, setting: 'SSO Session Max' },
      { seconds: clientSessionMaxLifespan ?? 0, setting: 'Client Session Max' },
    ]),
  };
}

/** Zero stands for none. */
function shortest(limits: readonly TokenLimit[]): RealmInfo['longest'] {
  return limits.filter(({ seconds }) => seconds > 0).toSorted((left, right) => left.seconds - right.seconds)[0];
}
