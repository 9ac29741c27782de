import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { textOf } from '../../../../demo/auth0/emulator/json.ts';
import type { JsonObject } from '../../../../demo/auth0/emulator/json.ts';
import type { ManagementClient } from '../management-client.ts';
import type { MadeApplication, MadeTenant } from './made-tenant.ts';

/** An application that is there. */
export interface PlantedApplication extends MadeApplication {
  readonly id: string;
  /** With what it signs; undefined: it has a secret, or nothing. */
  readonly key: KeyObject | undefined;
}

/** Makes it all by the Management API, as people do. */
export async function plantTenant(
  hand: ManagementClient,
  { apis, applications }: MadeTenant,
): Promise<PlantedApplication[]> {
  for (const { body } of apis) await hand.ok('POST', '/resource-servers', body);
  const planted: PlantedApplication[] = [];
  for (const application of applications) planted.push(await plantApplication(hand, application));
  return planted;
}

// To make a pair takes a while, and Auth0 takes the same one of many applications.
const PAIRS = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));

async function plantApplication(hand: ManagementClient, application: MadeApplication): Promise<PlantedApplication> {
  const id = textOf((await hand.ok('POST', '/clients', application.body))['client_id']);
  const pairs = PAIRS.slice(0, application.keys);
  const credentials: JsonObject[] = [];
  for (const { publicKey } of pairs) {
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const made = await hand.ok('POST', `/clients/${id}/credentials`, { credential_type: 'public_key', pem });
    credentials.push({ id: textOf(made['id']) });
  }
  if (credentials.length > 0) {
    const methods = { private_key_jwt: { credentials } };
    await hand.ok('PATCH', `/clients/${id}`, {
      token_endpoint_auth_method: null,
      client_authentication_methods: methods,
    });
  }
  for (const grant of application.grants) await hand.ok('POST', '/client-grants', { client_id: id, ...grant });
  return { ...application, id, key: pairs[0]?.privateKey };
}
