import { GrantryError } from '../../model/errors.ts';

/** The code of an error of `node:fs`, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** What a failed file operation should look like to the user; other errors are returned as they are. */
export function asFileError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (error instanceof GrantryError || code === undefined) {
    return error;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new GrantryError('NOT_ALLOWED', `The file store may not use ${file} (${code})`, {
      hint: 'Check the owner and the mode of the folder. The file system must also know hard links.',
    });
  }
  return new GrantryError('UNREACHABLE', `The file store cannot use ${file} (${code})`, {
    hint: 'Check spec.store.file.path of the Target, and the space on that disk.',
  });
}

/** A symbolic link may lead out of the store, to files of others. */
export function symlinkError(file: string): GrantryError {
  return new GrantryError('NOT_ALLOWED', `${file} is a symbolic link, which the file store does not follow`, {
    hint: 'Put a real file or folder there, or name the place that it points to in the Target.',
  });
}

/** A file whose content is not what grantry writes. */
export function damaged(file: string): GrantryError {
  return new GrantryError('FAILED', `${file} is damaged, or was not written by grantry`, {
    hint: 'Remove it and run `grantry apply`: the credential is delivered again.',
  });
}
