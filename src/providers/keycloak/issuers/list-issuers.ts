import type { KeycloakApi } from '../http/api.ts';
import { readAllPages } from '../http/pages.ts';
import { parseList } from '../http/parse-list.ts';
import { providerRow } from './issuer-fields.ts';
import type { ProviderRow } from './issuer-fields.ts';

const PAGES = { pageSize: 100, inFlight: 1 };

/** The identity providers of the realm, of any kind, in pages: a realm may have one for each of its customers. */
export async function listIssuers(api: KeycloakApi): Promise<ProviderRow[]> {
  const context = {
    about: 'list identity providers, for the issuers of the Target',
    needs: 'view-identity-providers',
  };
  const ask = async (first: number, max: number): Promise<ProviderRow[]> => {
    const page = await api.read(context, ({ identityProviders }) => identityProviders.find({ first, max }));
    return parseList(api, page, providerRow, 'identity providers');
  };
  const rows = await readAllPages({ ask, take: (page) => page.map((row) => ({ id: row.alias, row })) }, PAGES);
  return rows.map(({ row }) => row);
}

/** One of them; undefined where there is none of that alias. */
export async function findIssuer(api: KeycloakApi, alias: string): Promise<ProviderRow | undefined> {
  const context = { about: `read identity provider ${alias}`, needs: 'view-identity-providers', absent: null };
  const found = await api.read(context, ({ identityProviders }) => identityProviders.findOne({ alias }));
  if (found === null || found === undefined) return undefined;
  return parseList(api, [found], providerRow, 'identity providers')[0];
}
