import type { SecretMetadata } from './convert.ts';
import { describeSecret } from './names.ts';
import type { SecretName } from './names.ts';

type Seen = Pick<SecretMetadata, 'version' | 'resourceVersion'>;

/**
 * What this run knows of Secrets that it may write to: the number of the document, and the moment at which it knew it. Numbers
 * alone do not show what somebody changes by hand; a moment does (`resourceVersion`), and grantry's own writes move it on.
 */
export class SeenSecrets {
  readonly #all = new Map<string, Seen>();

  get(secret: SecretName): Seen | undefined {
    return this.#all.get(describeSecret(secret));
  }

  /** The document was read, or written: this is what a later write goes by. Undefined: it is not there. */
  set(secret: SecretName, seen: Seen | undefined): void {
    if (seen === undefined) this.#all.delete(describeSecret(secret));
    else this.#all.set(describeSecret(secret), { version: seen.version, resourceVersion: seen.resourceVersion });
  }

  /** Only what lies around the document was looked at: that does not stand in for having read it. */
  add(secret: SecretName, seen: Seen): void {
    if (this.get(secret)?.version !== seen.version) this.set(secret, seen);
  }

  /** grantry itself changed what lies around the document, from `before` on; what it had not seen, it still has not. */
  move(secret: SecretName, before: Seen, after: Seen): void {
    const seen = this.get(secret);
    if (seen === undefined || seen.resourceVersion === before.resourceVersion) this.set(secret, after);
  }
}
