import { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { rememberSecret } from '../../model/secrets/known-secrets.ts';
import { Secret } from '../../model/secrets/secret.ts';
import { requestJson } from '../../platform/http.ts';
import type { Ports } from '../../platform/ports.ts';
import { productOf } from './product.ts';
import type { Server } from './product.ts';

const idTokenBody = z.object({ value: z.string().regex(/^[!-~]+$/) });

const HINT = 'The job needs "permissions: id-token: write", and this login works inside GitHub Actions only.';

/** The id token of the running GitHub Actions job, for one audience. A new one at every call: it lives for minutes. */
export async function githubIdToken(audience: string, server: Server, ports: Ports): Promise<Secret> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: base, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = ports.env;
  if (base === undefined || bearer === undefined || !URL.canParse(base)) {
    throw new GrantryError(
      'NOT_ALLOWED',
      `There is no GitHub Actions id token to log in to ${productOf(server).label} with`,
      {
        hint: HINT,
      },
    );
  }
  rememberSecret(bearer);
  const url = new URL(base);
  url.searchParams.set('audience', audience);
  const response = await requestJson(
    {
      service: { name: 'The id token service of GitHub Actions', check: 'See https://www.githubstatus.com.' },
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
