/** Every client secret that real servers hold, the previous ones too. */
import type KeycloakAdminClient from '@keycloak/keycloak-admin-client';
import { z } from 'zod';
import type { VaultServer } from './servers/servers.ts';

/** Secrets of all clients of all realms, and those that a rotation keeps alive. Logged in to the realm `master`. */
export async function secretsOfKeycloak(admin: KeycloakAdminClient): Promise<string[]> {
  const secrets: string[] = [];
  for (const { realm = '' } of await admin.realms.find()) {
    const clients = await admin.clients.find({ realm, max: 1000 });
    for (const { secret, attributes = {} } of clients) {
      const rotated: unknown = attributes['client.secret.rotated'];
      secrets.push(...[secret, rotated].filter((value) => typeof value === 'string'));
    }
  }
  return secrets;
}

/** Those that a rotation keeps alive alone. */
export async function previousSecretsOf(admin: KeycloakAdminClient): Promise<string[]> {
  const secrets: string[] = [];
  for (const { realm = '' } of await admin.realms.find()) {
    for (const { attributes = {} } of await admin.clients.find({ realm, max: 1000 })) {
      const rotated: unknown = attributes['client.secret.rotated'];
      if (typeof rotated === 'string') secrets.push(rotated);
    }
  }
  return secrets;
}

const listing = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const metadata = z.object({ data: z.object({ versions: z.record(z.string(), z.unknown()) }) });
const version = z.object({ data: z.object({ data: z.object({ client_secret: z.string().optional() }) }) });

/** Secrets of all versions of all documents in the mount `secret`. */
export async function secretsOfVault(vault: VaultServer): Promise<string[]> {
  const get = async (path: string): Promise<unknown> => {
    const headers = { 'X-Vault-Token': vault.rootToken };
    const response = await fetch(`${vault.url}/v1/secret/${path}`, { headers });
    if (!response.ok) throw new Error(`Vault answers ${response.status} for ${path}`);
    return response.json();
  };
  const below = async (folder: string): Promise<string[]> => {
    const { keys } = listing.parse(await get(`metadata/${folder}?list=true`)).data;
    const found = keys.map(async (key) => (key.endsWith('/') ? below(folder + key) : secretsAt(folder + key)));
    return (await Promise.all(found)).flat();
  };
  const secretsAt = async (path: string): Promise<string[]> => {
    const numbers = Object.keys(metadata.parse(await get(`metadata/${path}`)).data.versions);
    const documents = numbers.map(async (number) => version.parse(await get(`data/${path}?version=${number}`)));
    // Records of grantry's own hold none.
    return (await Promise.all(documents)).flatMap(({ data }) => data.data.client_secret ?? []);
  };
  return below('');
}
