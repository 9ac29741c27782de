/** A KV v2 mount of its own for each test file, and what else tests arrange in a Vault. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { VaultServer } from './servers.ts';

interface VaultAnswer {
  readonly status: number;
  /** The JSON body; undefined when there is none. */
  readonly body: VaultBody | undefined;
}

const vaultBody = z.looseObject({
  data: z.record(z.string(), z.unknown()).nullish(),
  auth: z.looseObject({ client_token: z.string(), lease_duration: z.number() }).nullish(),
  errors: z.array(z.string()).optional(),
});
type VaultBody = z.infer<typeof vaultBody>;

export interface TestVault {
  readonly url: string;
  readonly rootToken: string;
  /** Undefined: the root's. */
  readonly namespace: string | undefined;
  /** A fresh KV v2 mount. */
  readonly mount: string;
  /** `path` without `/v1/`. Never throws for a status; without `token` it is the root's. */
  request(method: string, path: string, body?: unknown, token?: string): Promise<VaultAnswer>;
  writePolicy(name: string, hcl: string): Promise<void>;
  createToken(options: { policies: readonly string[]; ttl?: string; period?: string }): Promise<string>;
  /** A fresh AppRole mount with one role; returns what a login needs. */
  approle(policies: readonly string[]): Promise<{ mount: string; roleId: string; secretId: string }>;
  /** A fresh JWT mount that trusts this key (PEM) and issuer, with one role for this audience. */
  jwt(options: JwtOptions): Promise<{ mount: string; role: string }>;
  /** Removes every mount that was made here. */
  remove(): Promise<void>;
}

interface JwtOptions {
  readonly publicKeyPem: string;
  readonly issuer: string;
  readonly audience: string;
  readonly policies: readonly string[];
  readonly ttl?: string;
}

/** On a Vault or an OpenBao; there in a new namespace, where that is asked for. */
export async function createVault(
  server: VaultServer,
  { inNamespace = false }: { readonly inNamespace?: boolean } = {},
): Promise<TestVault> {
  const id = randomBytes(5).toString('hex');
  const namespace = inNamespace ? await createNamespace(server, `ns-${id}`) : undefined;
  const mount = `kv-${id}`;
  const made = [`sys/mounts/${mount}`];

  const request: TestVault['request'] = async (method, path, body, token = server.rootToken) => {
    const response = await fetch(`${server.url}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': token, ...(namespace === undefined ? {} : { 'X-Vault-Namespace': namespace }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : vaultBody.parse(JSON.parse(text)) };
  };
  const must = async (method: string, path: string, body?: unknown): Promise<VaultBody> => {
    const answer = await request(method, path, body);
    if (answer.status >= 300)
      throw new Error(`Vault ${method} ${path}: ${answer.status} ${answer.body?.errors?.join()}`);
    return answer.body ?? {};
  };
  const enable = async (type: string): Promise<string> => {
    const path = `${type}-${id}-${made.length}`;
    await must('POST', `sys/auth/${path}`, { type });
    made.push(`sys/auth/${path}`);
    return path;
  };

  await must('POST', `sys/mounts/${mount}`, { type: 'kv', options: { version: '2' } });
  await mountIsReady(() => request('GET', `${mount}/config`));
  return {
    url: server.url,
    rootToken: server.rootToken,
    namespace,
    mount,
    request,
    writePolicy: async (name, policy) => void (await must('PUT', `sys/policies/acl/${name}`, { policy })),
    createToken: async (options) =>
      tokenOf(await must('POST', 'auth/token/create', { ...options, no_default_policy: false, no_parent: true })),
    approle: async (policies) => {
      const path = await enable('approle');
      await must('POST', `auth/${path}/role/test`, { token_policies: policies });
      const role = await must('GET', `auth/${path}/role/test/role-id`);
      const secret = await must('POST', `auth/${path}/role/test/secret-id`);
      return { mount: path, roleId: String(role.data?.['role_id']), secretId: String(secret.data?.['secret_id']) };
    },
    jwt: async ({ publicKeyPem, issuer, audience, policies, ttl }) => {
      const path = await enable('jwt');
      await must('POST', `auth/${path}/config`, { jwt_validation_pubkeys: [publicKeyPem], bound_issuer: issuer });
      await must('POST', `auth/${path}/role/test`, {
        role_type: 'jwt',
        user_claim: 'sub',
        bound_audiences: [audience],
        token_policies: policies,
        ...(ttl === undefined ? {} : { token_ttl: ttl }),
      });
      return { mount: path, role: 'test' };
    },
    remove: async () => {
      for (const path of made) await must('DELETE', path);
    },
  };
}

async function createNamespace(server: VaultServer, name: string): Promise<string> {
  const { status } = await fetch(`${server.url}/v1/sys/namespaces/${name}`, {
    method: 'POST',
    headers: { 'X-Vault-Token': server.rootToken },
  });
  if (status >= 300) throw new Error(`no namespace ${name} could be made: ${status}`);
  return name;
}

function tokenOf(body: VaultBody): string {
  if (!body.auth) throw new Error('Vault answered without a token');
  return body.auth.client_token;
}

/** A new KV v2 mount answers 400 "Upgrading from non-versioned to versioned" for a moment. */
async function mountIsReady(ask: () => Promise<VaultAnswer>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await ask()).status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the new KV mount does not become ready');
}
