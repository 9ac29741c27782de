/** grantry itself let in by a token that its surroundings give it: of a CI system, in the environment, or of a pod, in a file. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { exitedWith } from '../support/process/cli.ts';
import { federatedBy, OwnLoginSite } from '../support/process/own-login-site.ts';
import { startOidcIssuer } from '../support/servers/oidc-issuer.ts';
import type { OidcIssuer } from '../support/servers/oidc-issuer.ts';

let own: OwnLoginSite;

beforeAll(async () => {
  own = await OwnLoginSite.open();
});
afterAll(() => own.close());

const isOfAdminApi = ({ path }: { readonly path: string }): boolean => path.includes('/admin/realms/');

describe('a token that the CI system puts into the environment', () => {
  const SUBJECT = 'project_path:your-org/access:ref_type:branch:ref:main';
  let gitlab: OidcIssuer;

  beforeAll(async () => {
    gitlab = await startOidcIssuer({ issuer: 'https://gitlab.example.com' });
    await own.site.realm.admin.identityProviders.create({
      alias: 'gitlab',
      providerId: 'oidc',
      enabled: true,
      config: {
        issuer: gitlab.issuer,
        useJwksUrl: 'true',
        jwksUrl: gitlab.jwksUrl,
        validateSignature: 'true',
        supportsClientAssertions: 'true',
      },
    });
    await own.account('grantry-gitlab', federatedBy('gitlab', SUBJECT));
  });
  afterAll(() => gitlab.close());
  beforeEach(() => own.logInBy({ clientId: 'grantry-gitlab', assertion: '${env:GRANTRY_TOKEN}' }));

  async function jobWith(claims: object = {}, signer = gitlab): Promise<{ GRANTRY_TOKEN: string }> {
    const token = await signer.sign({ sub: SUBJECT, aud: own.issuer, ...claims });
    own.secrets.add(token);
    return { GRANTRY_TOKEN: token };
  }

  it('lets one command in, and the next needs one of its own', async () => {
    const env = await jobWith();
    exitedWith(0, await own.run('plan -t dev', env));
    const { stderr } = exitedWith(4, await own.run('apply -t dev --auto-approve --verbose', env));
    expect(stderr).toContain('Token reuse detected');
    expect(stderr).toContain('Give each command of a job a token of its own');
    exitedWith(0, await own.run('plan -t dev', await jobWith()));
  });

  it('cannot let a run in again whose access token has ended: that is said', async () => {
    const [client] = await own.site.realm.admin.clients.find({ clientId: 'grantry-gitlab' });
    const id = client?.id ?? '';
    const lifespan = (seconds: string): Promise<void> =>
      own.site.realm.admin.clients.update(
        { id },
        { ...client, attributes: { ...client?.attributes, 'access.token.lifespan': seconds } },
      );
    await lifespan('1');
    own.site.keycloak.inject({ fault: { kind: 'delay', ms: 1500 }, times: 1000, match: isOfAdminApi });
    const { stderr } = exitedWith(4, await own.run('plan -t dev', await jobWith()));
    expect(stderr).toContain('in a second time, now that its access token has ended or was refused');
    await lifespan('3600');
    exitedWith(0, await own.run('plan -t dev', await jobWith()));
  });

  it.each([
    ['that has ended', { iat: 1, exp: 2 }, 'Token is not active'],
    ['that is too old', { iat: Math.floor(Date.now() / 1000) - 400 }, '300 seconds'],
    ['for somebody else', { aud: 'https://vault.example.com' }, 'Invalid token audience'],
    ['of another workload', { sub: 'project_path:your-org/other:ref_type:branch:ref:main' }, 'your-org/other'],
    ['without an id', { jti: undefined }, 'with an id (jti) only'],
  ])('%s is refused with what to do', async (_, claims, words) => {
    const { stderr } = exitedWith(4, await own.run('plan -t dev --verbose', await jobWith(claims)));
    expect(stderr).toContain(words);
  });

  it('by an unknown key, or of an unknown issuer, is refused', async () => {
    const [forger, stranger] = await Promise.all([
      startOidcIssuer({ issuer: gitlab.issuer }),
      startOidcIssuer({ issuer: 'https://stranger.example.com' }),
    ]);
    for (const signer of [forger, stranger]) {
      const { stderr } = exitedWith(4, await own.run('plan -t dev', await jobWith({}, signer)));
      expect(stderr).toContain('Invalid client or Invalid client credentials');
      expect(stderr).toContain(`issuer ${signer.issuer}`);
      await signer.close();
    }
  });

  it('is nothing that is no token at all: it is not sent', async () => {
    own.site.keycloak.reset();
    const { stderr } = exitedWith(4, await own.run('plan -t dev', { GRANTRY_TOKEN: 'not-a-token-canary' }));
    expect(stderr).toContain('is no JWT: assertion (from GRANTRY_TOKEN in the environment)');
    expect(own.site.keycloak.requests.filter(({ path }) => path.endsWith('/token'))).toEqual([]);
  });
});

describe('the service-account token of a pod', () => {
  const SUBJECT = 'system:serviceaccount:ci:grantry';
  let cluster: OidcIssuer;

  beforeAll(async () => {
    cluster = await startOidcIssuer();
    await own.site.realm.admin.identityProviders.create({
      alias: 'cluster',
      providerId: 'kubernetes',
      enabled: true,
      config: { issuer: cluster.issuer },
    });
    await own.account('grantry-pod', federatedBy('cluster', SUBJECT));
  });
  afterAll(() => cluster.close());

  it('lets runs in, one after the other, whenever the kubelet renews it', async () => {
    const tokenFile = join(own.folder, 'token');
    own.logInBy({ clientId: 'grantry-pod', kubernetes: { tokenFile } });
    for (let count = 0; count < 2; count += 1) {
      const token = await cluster.sign({ sub: SUBJECT, aud: [own.issuer] });
      own.secrets.add(token);
      writeFileSync(tokenFile, token);
      exitedWith(0, await own.run('plan -t dev', {}));
      exitedWith(0, await own.run('apply -t dev --auto-approve', {}));
    }
    rmSync(tokenFile);
    const { stderr } = exitedWith(4, await own.run('plan -t dev', {}));
    expect(stderr).toContain(`no service-account token at ${tokenFile}`);
  });
});

it('no token was in anything that a run let out', () => {
  expect(own.leaks()).toEqual([]);
});
