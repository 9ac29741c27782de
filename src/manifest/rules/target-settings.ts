import type { BackendInManifest, Chosen } from '../backends.ts';
import { chosen } from '../backends.ts';
import type { Language } from '../language.ts';
import { isInsecure } from '../schema/url.ts';
import type { Manifest, Path, Problem } from '../types.ts';
import { problemIn } from './rule.ts';

interface Choice extends Chosen<BackendInManifest> {
  readonly path: Path;
}

/** What a Target names, with the place of its settings. */
function choicesOf(manifest: Manifest, { backends }: Language): Choice[] {
  if (manifest.kind !== 'Target' || manifest.spec === undefined) return [];
  const { provider, store, formerStore } = manifest.spec;
  const former = formerStore === undefined ? [] : [chosen<BackendInManifest>(backends.stores, formerStore)];
  return [
    { ...chosen<BackendInManifest>(backends.providers, provider), key: 'provider' },
    { ...chosen<BackendInManifest>(backends.stores, store), key: 'store' },
    ...former.map((choice) => ({ ...choice, key: 'formerStore' })),
  ].map(({ key, ...choice }) => ({ ...choice, path: ['spec', key, choice.backend.kind] }));
}

/** Credentials cross no network in clear, unless somebody says so beside the URL. */
export function* checkSecureUrls(manifest: Manifest, language: Language): Iterable<Problem> {
  for (const { backend, spec, path } of choicesOf(manifest, language)) {
    for (const { key, url, allowInsecure } of backend.servers(spec)) {
      if (!isInsecure(url) || allowInsecure) continue;
      const at = [...path, key];
      const message =
        'must begin with https://, or credentials would cross the network in clear; to allow that, put allowInsecure: true beside it';
      yield problemIn(manifest, { rule: 'insecure-url', message: `${at.join('.')} ${message}`, path: at });
    }
  }
}

/** What the backends themselves have to say of their settings. */
export function* checkSettings(manifest: Manifest, language: Language): Iterable<Problem> {
  for (const { backend, spec, path } of choicesOf(manifest, language)) {
    for (const { rule, key, problem } of backend.check?.(spec) ?? []) {
      const at = [...path, key];
      yield problemIn(manifest, { rule, message: `${at.slice(1).join('.')} ${problem}`, path: at });
    }
  }
}
