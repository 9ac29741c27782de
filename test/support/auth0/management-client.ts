/** A caller of the emulator for tests: with a token for the Management API, and without any care of its own. */
import type { Auth0Emulator } from '../../../demo/auth0/emulator/emulator.ts';
import { isJsonObject, textOf } from '../../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../../demo/auth0/emulator/json.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Null: there was none. */
  readonly body: Json;
}

export interface ManagementClient {
  readonly token: string;
  /** `path` is below /api/v2, with its query. */
  call(method: string, path: string, body?: Json): Promise<Reply>;
  /** The object that was answered, of a call that must succeed. */
  ok(method: string, path: string, body?: Json): Promise<JsonObject>;
}

export async function logIn(emulator: Auth0Emulator): Promise<ManagementClient> {
  const { body } = await requestToken(emulator, {
    client_id: emulator.clientId,
    client_secret: emulator.clientSecret,
    audience: `https://${emulator.domain}/api/v2/`,
  });
  if (!isJsonObject(body) || body['access_token'] === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
  const token = textOf(body['access_token']);
  const call = async (method: string, path: string, sent?: Json): Promise<Reply> =>
    replyOf(
      await fetch(`${emulator.url}/api/v2${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      }),
    );
  const ok = async (method: string, path: string, sent?: Json): Promise<JsonObject> => {
    const { status, body: answer } = await call(method, path, sent);
    if (status >= 300 || !isJsonObject(answer))
      throw new Error(`${method} ${path}: ${status} ${JSON.stringify(answer)}`);
    return answer;
  };
  return { token, call, ok };
}

/** A request of the client credentials grant, unless `form` names another. */
export async function requestToken(
  { url }: Pick<Auth0Emulator, 'url'>,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  return replyOf(await fetch(`${url}/oauth/token`, { method: 'POST', headers: { ...headers }, body }));
}

export async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const body: Json = text === '' ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}
