import { describe, expect, it } from 'vitest';
import { portsOver } from '../../../test/support/servers/ports-over.ts';
import { hideSecrets } from '../../model/secrets/known-secrets.ts';
import { githubIdToken, hasGithubIdTokens, rememberGithubBearer } from './github-actions.ts';

/** What was asked, of a runner at this address. */
function runner(url: string, env: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const job = { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-bearer', ...env };
  const fetch = async (input: string | URL): Promise<Response> => {
    asked.push(String(input));
    return Response.json({ value: 'canary-id-token' });
  };
  return { asked, ports: portsOver(fetch, { env: job }) };
}

const OF_GITHUB = 'https://run-actions-1-azure-eastus.actions.githubusercontent.com/42//idtoken?api-version=2.0';

describe('githubIdToken', () => {
  it('asks for a token for the audience, which is a secret from then on', async () => {
    const { asked, ports } = runner(OF_GITHUB);
    const token = await githubIdToken('https://id.example/realms/acme', 'Keycloak', ports);
    expect(asked).toEqual([`${OF_GITHUB}&audience=https%3A%2F%2Fid.example%2Frealms%2Facme`]);
    expect(token.reveal()).toBe('canary-id-token');
    expect(hideSecrets('got canary-id-token by canary-bearer')).toBe('got ‹hidden› by ‹hidden›');
  });

  it.each([
    ['GitHub, whatever is allowed', OF_GITHUB, 'id.example'],
    ['a GitHub of one’s own that is allowed', 'https://github.acme.example/_services/token', 'github.acme.example'],
    ['any where everything is allowed', 'https://github.acme.example/_services/token', undefined],
  ])('asks %s', async (_, url, allowed) => {
    const { asked, ports } = runner(url, allowed === undefined ? {} : { GRANTRY_ALLOWED_HOSTS: allowed });
    await githubIdToken('a', 'Keycloak', ports);
    expect(asked).toHaveLength(1);
  });

  it.each([
    'https://github.acme.example/token',
    'https://actions.githubusercontent.com.evil.example/token',
    'https://evil-actions.githubusercontent.com/token',
  ])('asks nobody at %s, which GRANTRY_ALLOWED_HOSTS does not list', async (url) => {
    const { asked, ports } = runner(url, { GRANTRY_ALLOWED_HOSTS: 'id.example' });
    await expect(githubIdToken('a', 'Keycloak', ports)).rejects.toMatchObject({ code: 'HOST_NOT_ALLOWED' });
    expect(asked).toEqual([]);
  });

  it.each([
    ['a refusal', Response.json({ value: 'canary-of-a-refusal' }, { status: 403 })],
    ['no token', Response.json({})],
    ['a token of other characters', Response.json({ value: 'a b' })],
  ])('takes nothing from %s, and quotes nothing of it', async (_, answer) => {
    const { ports } = runner(OF_GITHUB);
    const failure = githubIdToken('a', 'Keycloak', { ...ports, fetch: async () => answer });
    await expect(failure).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: `GitHub Actions gives no id token (status ${answer.status})`,
    });
  });

  it('names what it is for where the job may not ask', async () => {
    const { ports } = runner(OF_GITHUB);
    await expect(githubIdToken('a', 'Keycloak', { ...ports, env: {} })).rejects.toMatchObject({
      code: 'NOT_ALLOWED',
      message: 'There is no GitHub Actions id token to log in to Keycloak with',
      hint: expect.stringContaining('id-token: write'),
    });
  });
});

it('hasGithubIdTokens: takes both variables, and an address that is one', () => {
  const both = { ACTIONS_ID_TOKEN_REQUEST_URL: OF_GITHUB, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'b' };
  expect(hasGithubIdTokens(both)).toBe(true);
  expect(hasGithubIdTokens({ ...both, ACTIONS_ID_TOKEN_REQUEST_URL: 'x' })).toBe(false);
  expect(hasGithubIdTokens({ ACTIONS_ID_TOKEN_REQUEST_URL: OF_GITHUB })).toBe(false);
  expect(hasGithubIdTokens({})).toBe(false);
});

it('rememberGithubBearer: what the job asks with is hidden before it is used', () => {
  rememberGithubBearer({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'canary-of-the-runner' });
  expect(hideSecrets('canary-of-the-runner')).toBe('‹hidden›');
});
