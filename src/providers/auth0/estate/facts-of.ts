import { holdsCredential, speaksOfCredential } from '../../../manifest/schema/credential-keys.ts';
import type { EstateMark } from '../../../model/estate.ts';
import { MARK, parseName } from '../convert/marks.ts';
import type { Metadata } from '../convert/marks.ts';
import type { Application } from '../convert/representations.ts';

/** What people may have noted on an application of its owner: its metadata, but for what may be a credential, and its description. */
export function factsOf({
  client_metadata: metadata,
  description,
}: Pick<Application, 'client_metadata' | 'description'>): Record<string, string> {
  const noted = Object.entries(metadata).filter(
    ([key, value]) => !key.startsWith(MARK.prefix) && !speaksOfCredential(key) && !holdsCredential(value),
  );
  return {
    ...Object.fromEntries(noted.map(([key, value]) => [`client_metadata.${key}`, value])),
    ...(description === '' || holdsCredential(description) ? {} : { description }),
  };
}

/** Whose mark an application carries. */
export function markOf(metadata: Metadata): EstateMark | undefined {
  const stack = metadata[MARK.stack];
  if (!stack) return undefined;
  return { stack, name: parseName(metadata).name, owner: metadata[MARK.owner] || undefined };
}
