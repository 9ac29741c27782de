import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { rememberSecret } from '../../model/secrets/known-secrets.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { checkHostAllowed, readAllowedHosts } from '../allowed-hosts.ts';
import { requestJson } from '../http.ts';
import type { Ports } from '../ports.ts';
import type { Environment } from '../proxy.ts';

const SERVICE = 'The id token service of GitHub Actions';

/** Where GitHub itself runs it; a GitHub of one's own has it elsewhere. */
const HOSTS_OF_GITHUB = /(?:^|\.)actions\.githubusercontent\.com$/;

const idTokenBody = z.object({ value: z.string().regex(/^[!-~]+$/) });

const HINT = 'The job needs "permissions: id-token: write", and this login works inside GitHub Actions only.';

/** Whether this process runs in a job that may ask for id tokens. */
export function hasGithubIdTokens({
  ACTIONS_ID_TOKEN_REQUEST_URL: url,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
}: Environment): boolean {
  return url !== undefined && bearer !== undefined && URL.canParse(url);
}

/** From now on the token by which a job asks for id tokens is a secret of this run. */
export function rememberGithubBearer({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' }: Environment): void {
  rememberSecret(bearer);
}

/**
 * The id token of the running GitHub Actions job, for one audience
 * (https://docs.github.com/en/actions/reference/security/oidc). A new one at every call: it lives for minutes. `purpose`: what it
 * is to log in to.
 */
export async function githubIdToken(audience: string, purpose: string, ports: Ports): Promise<Secret> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: base = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer = '' } = ports.env;
  if (!hasGithubIdTokens(ports.env)) {
    throw new GrantryError('NOT_ALLOWED', `There is no GitHub Actions id token to log in to ${purpose} with`, {
      hint: HINT,
    });
  }
  rememberGithubBearer(ports.env);
  const url = new URL(base);
  if (!HOSTS_OF_GITHUB.test(url.hostname)) checkHostAllowed(url.href, SERVICE, readAllowedHosts(ports.env));
  url.searchParams.set('audience', audience);
  const response = await requestJson(
    {
      service: { name: SERVICE, check: 'See https://www.githubstatus.com.' },
      method: 'GET',
      url: url.href,
      headers: { authorization: `Bearer ${bearer}` },
    },
    ports,
  );
  const parsed = idTokenBody.safeParse(response.body);
  if (response.status !== 200 || !parsed.success) {
    throw new GrantryError('NOT_ALLOWED', `GitHub Actions gives no id token (status ${response.status})`, {
      hint: HINT,
    });
  }
  return new Secret(parsed.data.value);
}
