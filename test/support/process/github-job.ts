/** What a job of GitHub Actions has: a service that gives it id tokens with its claims, and a Vault mount that trusts them. */
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { listenOnLoopback } from '../servers/listening.ts';
import { startOidcIssuer } from '../servers/oidc-issuer.ts';
import type { OidcIssuer } from '../servers/oidc-issuer.ts';
import type { TestVault } from '../servers/vault.ts';

/** What the runner of a job gives it. */
export interface GithubTokens {
  /** Stands for that of GitHub: its keys are those that servers are to trust. */
  readonly issuer: OidcIssuer;
  /** What the runner sets where the job has `id-token: write`. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the id tokens from now on. */
  become(claims: Readonly<Record<string, string>>): void;
  /** All id tokens that it gave. */
  readonly given: readonly string[];
  close(): Promise<void>;
}

export interface GithubJob extends GithubTokens {
  /** The JWT mount of Vault; remove it with `close`. */
  readonly mount: string;
}

const ISSUER = 'https://token.actions.githubusercontent.com';

export async function startGithubTokens(claims: Readonly<Record<string, string>>): Promise<GithubTokens> {
  const issuer = await startOidcIssuer({ issuer: ISSUER });
  const bearer = randomBytes(12).toString('hex');
  const given: string[] = [];
  let current = claims;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github');
    if (request.headers.authorization !== `Bearer ${bearer}` || pathname !== '/token') {
      response.writeHead(401).end();
      return;
    }
    const answer = async (): Promise<void> => {
      const value = await issuer.sign({ ...current, aud: searchParams.get('audience') ?? 'none' });
      given.push(value);
      response.end(JSON.stringify({ value }));
    };
    answer().catch(() => response.writeHead(500).end());
  });
  const { url, close } = await listenOnLoopback(server);
  return {
    issuer,
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    become: (claims) => void (current = claims),
    given,
    close: async () => {
      await Promise.all([close(), issuer.close()]);
    },
  };
}

export async function startGithubJob(vault: TestVault, claims: Readonly<Record<string, string>>): Promise<GithubJob> {
  const tokens = await startGithubTokens(claims);
  const mount = `github-${randomBytes(5).toString('hex')}`;
  const must = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status } = await vault.request(method, path, body);
    if (status >= 300) throw new Error(`Vault answers ${status} for ${path}`);
  };
  await must('POST', `sys/auth/${mount}`, { type: 'jwt' });
  await must('POST', `auth/${mount}/config`, {
    jwt_validation_pubkeys: [await tokens.issuer.publicKeyPem()],
    bound_issuer: ISSUER,
  });
  return {
    ...tokens,
    mount,
    close: async () => {
      await Promise.all([tokens.close(), must('DELETE', `sys/auth/${mount}`)]);
    },
  };
}
