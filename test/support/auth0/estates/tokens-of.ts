/** Every token that applications get, or why they get none. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { Auth0Emulator } from '../../../../demo/auth0/emulator/emulator.ts';
import { objectOr, stringsOf, textOf } from '../../../../demo/auth0/emulator/json.ts';
import type { Json } from '../../../../demo/auth0/emulator/json.ts';
import { clientAssertion } from '../client-assertion.ts';
import { requestToken } from '../management-client.ts';
import type { PlantedApplication } from './plant-tenant.ts';

/** By application, audience and the scope that was asked for: what is in the token, or the refusal. */
export type Tokens = ReadonlyMap<string, unknown>;

/** For each API of the tenant, with no scope and with each that the application is granted there. */
export async function tokensOf(emulator: Auth0Emulator, applications: readonly PlantedApplication[]): Promise<Tokens> {
  const tokens = new Map<string, unknown>();
  for (const application of applications) {
    for (const { identifier: audience } of emulator.state.resourceServers.values()) {
      for (const scope of ['', ...grantedScopes(application, audience)]) {
        const answer = await ask(emulator, application, { audience, ...(scope === '' ? {} : { scope }) });
        tokens.set(`${application.id} ${audience} ${scope}`, answer);
      }
    }
  }
  return tokens;
}

function grantedScopes({ grants }: PlantedApplication, audience: string): string[] {
  return grants.filter((grant) => grant.audience === audience).flatMap((grant) => stringsOf(grant['scope']));
}

async function ask(
  emulator: Auth0Emulator,
  { id, key }: PlantedApplication,
  form: Readonly<Record<string, string>>,
): Promise<unknown> {
  const secret = textOf(emulator.state.clients.get(id)?.fields['client_secret']);
  const login =
    key === undefined
      ? { client_secret: secret }
      : await clientAssertion({ clientId: id, domain: emulator.domain, key });
  const { status, body } = await requestToken(emulator, { client_id: id, ...login, ...form });
  return status === 200 ? contentOf(body) : { status, body };
}

/** All but when it was made, and which one it is. */
function contentOf(body: Json): unknown {
  const { access_token: token, ...answer } = objectOr(body);
  const { iat = 0, exp = 0, jti: _id, ...claims } = decodeJwt(textOf(token));
  const { kid: _key, ...head } = decodeProtectedHeader(textOf(token));
  return { answer, head, claims, lifetime: exp - iat };
}
