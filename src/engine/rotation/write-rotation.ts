import type { HeldCredential, RotationSteps } from '../../credentials/method.ts';
import { isSameCredential, toPayload } from '../../credentials/registry.ts';
import type { Credential } from '../../model/secrets/credential.ts';
import type { DocumentUpdate } from '../../stores/store.ts';
import type { IssuedCredential } from '../../providers/provider.ts';
import type { RotationIntent } from './rotation-intent.ts';
import { isKept } from './rotation-place.ts';
import type { Place } from './rotation-place.ts';
import type { RotationPorts, RotationSubject } from './subject.ts';

/** The document of a rotation, written version after version over what lay at the place when it began. */
export class RotationDocument implements Pick<RotationSteps, 'stage' | 'deliver'> {
  readonly #subject: RotationSubject;
  readonly #intent: RotationIntent;
  readonly #place: Place;
  readonly #store: RotationPorts['store'];
  #version: number;

  constructor(subject: RotationSubject, intent: RotationIntent, place: Place, { store }: RotationPorts) {
    this.#subject = subject;
    this.#intent = intent;
    this.#place = place;
    this.#store = store;
    this.#version = place.version;
  }

  async stage(held: HeldCredential): Promise<void> {
    await this.#write(this.#subject.credential.clientId, held, {});
  }

  async deliver({ clientId, credential, createdAt, previousUntil }: IssuedCredential, since?: number): Promise<number> {
    const { from, kind } = this.#intent;
    const madeAt = createdAt ?? since;
    const isNumbered = this.#store.capabilities.previous === 'version';
    const isFound = isNumbered && from !== 0 && isKept(this.#intent, this.#place, this.#version + 1);
    const isAccepted = previousUntil !== undefined && kind !== 'revoke';
    return this.#write(
      clientId,
      { present: credential, previous: isAccepted ? this.#keptInside(credential) : null },
      {
        rotated_at: madeAt === undefined ? null : toIso(madeAt),
        previous_version: isFound ? String(from) : null,
        overlap_until: isAccepted ? toIso(previousUntil) : null,
      },
    );
  }

  /** The credential before, for the document of a store that has no other place for it. */
  #keptInside(present: Credential): Credential | null {
    const before = this.#place.stored?.present;
    const isElsewhere = this.#store.capabilities.previous !== 'document';
    return isElsewhere || before === undefined || isSameCredential(before, present) ? null : before;
  }

  async #write(clientId: string, held: HeldCredential, more: DocumentUpdate['facts']): Promise<number> {
    const { delivered, facts } = this.#subject;
    // A document that is whole says the rest already.
    const document = {
      clientId,
      payload: toPayload(held),
      facts: { ...(this.#place.stored === undefined ? facts : {}), ...more },
    };
    this.#version = await this.#store.write(delivered.path, document, this.#version);
    return this.#version;
  }
}

function toIso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
