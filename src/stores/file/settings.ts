import { join, normalize, resolve } from 'node:path';
import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import { credentialSchema, templateSchema } from '../../manifest/schema/settings.ts';
import { GrantryError } from '../../model/errors.ts';
import type { Secret } from '../../model/secrets/secret.ts';

/** What a file store is opened with. */
export interface FileStoreSettings {
  readonly kind: 'file';
  /** Directory, absolute. */
  readonly path: string;
  /** The directory as the Target writes it. Places are named by it: a name must be the same in every checkout. */
  readonly shownPath?: string;
  /** age recipients (`age1…`) that every document is encrypted to. */
  readonly recipients: readonly string[];
  /** age identity (`AGE-SECRET-KEY-1…`) to read documents back with. */
  readonly identity: Secret;
}

/** The settings as a Target has them. */
export const fileSchema = z.strictObject({
  path: templateSchema.meta({ description: 'Directory, relative to where grantry runs.' }),
  recipients: z
    .array(templateSchema)
    .min(1, { error: 'must hold at least one age recipient; remove the key to derive it from identity' })
    .optional()
    .meta({ description: 'age recipients (age1…). Default: the one of identity.' }),
  identity: credentialSchema,
});

export type FileSpec = z.output<typeof fileSchema>;

export function resolveFileStore(spec: FileSpec, { cwd, secret }: ResolveContext<FileSpec>): FileStoreSettings {
  const identity = secret((read) => AGE_KEY.exec(read.identity)?.[0] ?? read.identity);
  if (!AGE_KEY.test(spec.identity)) {
    throw new GrantryError('INVALID_INPUT', `the identity of the file store is no age key${identity.origin}`, {
      hint: 'It must be a whole key, AGE-SECRET-KEY-1 and what follows it, as grantry init or age-keygen makes it.',
    });
  }
  return {
    kind: 'file',
    path: resolve(cwd, spec.path),
    shownPath: normalize(spec.path),
    recipients: spec.recipients ?? [],
    identity,
  };
}

/** A whole key file, with its comments, may be in the variable. */
const AGE_KEY = /AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+/;

/** How output names the store as a whole. */
export function describeFileStore({ path, shownPath = path }: FileStoreSettings): string {
  return `encrypted files in ${join(shownPath, '')}`;
}
