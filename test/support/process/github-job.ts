/** What a job of GitHub Actions has: a service that gives it id tokens with its claims, and a Vault mount that trusts them. */
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { listenOnLoopback } from '../servers/listening.ts';
import type { TestVault } from '../servers/vault.ts';

export interface GithubJob {
  /** The JWT mount of Vault; remove it with `close`. */
  readonly mount: string;
  /** What the runner sets where the job has `id-token: write`. */
  readonly env: Readonly<Record<string, string>>;
  /** Of the id tokens from now on. */
  become(claims: Readonly<Record<string, string>>): void;
  close(): Promise<void>;
}

const ISSUER = 'https://token.actions.githubusercontent.com';

export async function startGithubJob(vault: TestVault, claims: Readonly<Record<string, string>>): Promise<GithubJob> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const mount = `github-${randomBytes(5).toString('hex')}`;
  const must = async (method: string, path: string, body?: unknown): Promise<void> => {
    const { status } = await vault.request(method, path, body);
    if (status >= 300) throw new Error(`Vault answers ${status} for ${path}`);
  };
  await must('POST', `sys/auth/${mount}`, { type: 'jwt' });
  await must('POST', `auth/${mount}/config`, {
    jwt_validation_pubkeys: [await exportSPKI(publicKey)],
    bound_issuer: ISSUER,
  });

  const bearer = randomBytes(12).toString('hex');
  let current = claims;
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://github');
    if (request.headers.authorization !== `Bearer ${bearer}` || pathname !== '/token') {
      response.writeHead(401).end();
      return;
    }
    new SignJWT({ ...current })
      .setProtectedHeader({ alg: 'RS256' })
      .setIssuer(ISSUER)
      .setAudience(searchParams.get('audience') ?? 'none')
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
      .then((value) => response.end(JSON.stringify({ value })))
      .catch(() => response.writeHead(500).end());
  });
  const { url, close } = await listenOnLoopback(server);
  return {
    mount,
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
    },
    become: (claims) => void (current = claims),
    close: async () => {
      await Promise.all([close(), must('DELETE', `sys/auth/${mount}`)]);
    },
  };
}
