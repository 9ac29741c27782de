import { expect, it } from 'vitest';
import { parseAdoption } from '../../../src/engine/plan/adoption.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { BASE } from './provider-manifests.ts';
import type { ProviderSubject } from './provider-subject.ts';

const issuer = (url: string): string =>
  `{github: {alias: github-actions, url: "${url}", jwksUrl: "http://127.0.0.1:1/keys"}}`;
const GITHUB = issuer('https://token.test');

/** Issuers whose tokens clients log in with; where the provider knows none, there is nothing that could make one. */
export function testIssuers(subject: () => ProviderSubject, { federation }: Capabilities): void {
  it.runIf(!federation)(
    'makes no issuer: there is nothing to make it with, or a plan says that this server knows none',
    async () => {
      const { provider } = await subject().open(BASE);
      const planned = async (): Promise<string[]> => {
        subject().issuers = GITHUB;
        return (await subject().plan(BASE)).conflicts.map(({ address }) => address);
      };
      const found = provider.federation === undefined ? ['nothing to make it with'] : await planned();
      expect(found).toHaveLength(1);
    },
  );

  it.runIf(federation)('makes the issuer of a Target, and has then nothing to change', async () => {
    subject().issuers = GITHUB;
    expect(await subject().changesOf(BASE)).toContain('create Issuer/github');
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
  });

  it.runIf(federation)('repairs an issuer that somebody let trust the tokens of another', async () => {
    subject().issuers = GITHUB;
    await subject().setUp(BASE);
    await subject().admin.redirectIssuer?.('github-actions', 'https://somebody-else.test');
    expect(await subject().changesOf(BASE)).toEqual(['update Issuer/github']);
    await subject().setUp(BASE);
    expect(await subject().changesOf(BASE)).toEqual([]);
  });

  it.runIf(federation)(
    'takes an issuer away that the Target names no more, and looks at none where it says nothing of issuers',
    async () => {
      subject().issuers = GITHUB;
      await subject().setUp(BASE);
      subject().issuers = '';
      expect(await subject().changesOf(BASE)).toEqual([]);
      subject().issuers = '{}';
      expect(await subject().changesOf(BASE)).toEqual(['delete Issuer/github']);
      await subject().setUp(BASE);
      expect(await subject().changesOf(BASE)).toEqual([]);
    },
  );

  it.runIf(federation)('leaves an issuer alone that nobody marked, until it is adopted', async () => {
    await subject().admin.createIssuer?.('github-actions', 'https://token.test');
    subject().issuers = GITHUB;
    const plan = await subject().plan(BASE);
    expect(plan.conflicts.map(({ address, hint }) => [address, hint])).toEqual([
      ['Issuer/github', expect.stringContaining('--adopt Issuer/github')],
    ]);
    const adopting = { adoption: parseAdoption(['Issuer/github']) };
    await subject().setUp(BASE, adopting);
    expect(await subject().changesOf(BASE)).toEqual([]);
  });
}
