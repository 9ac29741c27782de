import { isInsecure } from '../schema/url.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

/** Credentials cross no network in clear, unless somebody says so beside the URL. */
export function* checkSecureUrls(manifest: Manifest): Iterable<Problem> {
  if (manifest.kind !== 'Target' || manifest.spec === undefined) return;
  const { keycloak } = manifest.spec.provider;
  const { vault } = manifest.spec.store;
  const servers: { url: string; allowInsecure: boolean; path: Path }[] = [
    ...(keycloak ? [{ ...keycloak, path: ['spec', 'provider', 'keycloak', 'url'] }] : []),
    ...(vault ? [{ ...vault, url: vault.address, path: ['spec', 'store', 'vault', 'address'] }] : []),
  ];
  for (const { url, allowInsecure, path } of servers) {
    if (isInsecure(url) && !allowInsecure) {
      const message =
        'must begin with https://, or credentials would cross the network in clear; to allow that, put allowInsecure: true beside it';
      yield problemIn(manifest, { rule: 'insecure-url', message: `${path.join('.')} ${message}`, path });
    }
  }
}
