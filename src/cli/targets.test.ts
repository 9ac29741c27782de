import { expect, test } from 'vitest';
import { captureIo } from '../../test/support/process/captured-io.ts';
import { checkSources } from '../../test/support/check-sources.ts';
import { resolveTargets } from '../manifest/resolve/resolve.ts';
import { GrantryError } from '../model/errors.ts';
import { forEachSelected } from './targets.ts';

const targetYaml = (name: string): string => `apiVersion: grantry/v1
kind: Target
metadata: {name: ${name}}
spec:
  stack: acme
  provider: {keycloak: {url: "https://sso.test", realm: ${name}, auth: {clientId: a, clientSecret: "\${env:A}"}}}
  store: {vault: {address: "https://vault.test", mount: ${name}, auth: {token: "\${env:A}"}}}
`;

function neverOpen(): never {
  throw new Error('nothing is opened');
}
const opener = { open: neverOpen, openApart: neverOpen };

/** Runs this for three targets, of which the second throws. */
async function runWith(failure: Error): Promise<{ readonly done: string[]; readonly ending: unknown }> {
  const text = ['one', 'three', 'two'].map(targetYaml).join('---\n');
  const manifests = { ...checkSources([{ name: 'a.yaml', text }]), files: 1 };
  const states = resolveTargets(manifests, ['*'], { env: { A: 'a' }, cwd: '/' });
  const done: string[] = [];
  const options = { manifests: [], targets: undefined, target: ['*'], format: 'text' } as const;
  const work = async ({ desired }: { readonly desired: { readonly target: { readonly name: string } } }) => {
    const { name } = desired.target;
    if (name === 'three') throw failure;
    done.push(name);
    return 0;
  };
  const ending = await forEachSelected({ manifests, states, opener }, options, captureIo().io, work).catch(
    (thrown: unknown) => thrown,
  );
  return { done, ending };
}

test('forEachSelected: what fails in one target is its exit code, and the others go on', async () => {
  const { done, ending } = await runWith(new GrantryError('UNREACHABLE', 'gone'));
  expect([done, ending]).toEqual([['one', 'two'], 4]);
});

test('forEachSelected: a bug in one target costs the others nothing, and is thrown at the end', async () => {
  const bug = new TypeError('a bug');
  const { done, ending } = await runWith(bug);
  expect([done, ending]).toEqual([['one', 'two'], bug]);
});
