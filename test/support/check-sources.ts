import { BACKENDS } from '../../src/cli/backends.ts';
import { assembleManifests } from '../../src/manifest/assemble.ts';
import { makeLanguage } from '../../src/manifest/language.ts';
import type { Manifests } from '../../src/manifest/manifests.ts';
import { locateProblems } from '../../src/manifest/syntax/locate.ts';
import type { SourceFile } from '../../src/manifest/types.ts';

const LANGUAGE = makeLanguage(BACKENDS);

/** No access of tests ends before. */
const TODAY = '2026-11-30';

/** Checks texts as `loadManifests` checks files. */
export function checkSources(files: readonly SourceFile[]): Omit<Manifests, 'files'> {
  const { problems, ...manifests } = assembleManifests(LANGUAGE, files, { today: TODAY });
  return { ...manifests, findings: locateProblems(problems, LANGUAGE.keys) };
}

/** What `validate` says of a Target with this provider, without file and line. */
export function messagesOfProvider(provider: string): string[] {
  const text = `
apiVersion: grantry/v1
kind: Target
metadata: {name: dev}
spec:
  stack: acme
  provider: ${provider}
  store: {vault: {address: "https://vault.example", mount: secret, auth: {token: "\${env:TOKEN}"}}}
`;
  return checkSources([{ name: 'target.yaml', text }]).findings.map(({ message }) => message);
}
