import { GrantryError } from '../../model/errors.ts';
import type { Capabilities } from '../provider.ts';
import type { PublicJwk } from '../../model/secrets/public-jwk.ts';
import type { LeftOut } from '../../model/estate.ts';
import type { Kind } from '../../model/address.ts';
import type { Delivery, Fields } from '../../model/state.ts';

/** An object as the provider in memory holds it. */
export interface MemoryObject {
  readonly kind: Kind;
  readonly id: string;
  /** What it was created as; where its fields hold no name, this is it. */
  readonly name: string;
  fields: Fields;
  secret?: string;
  createdAt?: number;
  /** The previous secret, and until when it is accepted, in Unix seconds. */
  previous?: { readonly secret: string; readonly until: number };
  delivered?: Delivery;
  /** Tokens issued before are not active any more, in Unix seconds. */
  notBefore?: number;
  /** What people wrote on it that is in no field. */
  noted?: Noted;
  /** Public keys, the newest first. */
  keys?: readonly MemoryKey[];
}

/** What is known of an object beside its fields. */
export interface Noted {
  readonly facts?: Readonly<Record<string, string>>;
  readonly notes?: readonly string[];
  /** ISO 8601. */
  readonly lastUsed?: string;
  /** Why manifests cannot say it. */
  readonly unsaid?: Pick<LeftOut, 'reason' | 'why' | 'todo'>;
}

export interface MemoryKey {
  readonly keyId: string;
  readonly alg: string;
  readonly jwk: PublicJwk;
  /** Unix seconds. */
  readonly createdAt: number;
  /** Until when it is accepted, in Unix seconds; undefined: it is the present one. */
  readonly until?: number;
}

/** What a server that does not do all that it says makes of writes: for tests. */
export interface Disobedience {
  /** The object as it is made, and as it takes what is written to it later. */
  made(object: MemoryObject): MemoryObject;
  /** Whether an object stays that was deleted. */
  keeps(object: MemoryObject): boolean;
}

/** Everything that the server holds. */
export class MemoryObjects {
  readonly all: MemoryObject[] = [];
  disobedience: Disobedience | undefined;
  #ids = 0;
  #secrets = 0;

  add(kind: MemoryObject['kind'], name: string, fields: Fields): MemoryObject {
    this.#ids += 1;
    const made: MemoryObject = { kind, id: `id-${this.#ids}`, name, fields };
    const object = this.disobedience?.made(made) ?? made;
    this.all.push(object);
    return object;
  }

  get(id: string): MemoryObject {
    const object = this.all.find((candidate) => candidate.id === id);
    if (object === undefined) throw new GrantryError('FAILED', `memory has no object ${id}`);
    return object;
  }

  /** Gives the object where it is still there. */
  remove(id: string): MemoryObject | undefined {
    const index = this.all.findIndex((object) => object.id === id);
    const object = this.all[index];
    if (object === undefined) return undefined;
    if (this.disobedience?.keeps(object) === true) return object;
    this.all.splice(index, 1);
    return undefined;
  }

  /** As a server makes one; each is another. */
  newSecret(): string {
    this.#secrets += 1;
    return `generated-${this.#secrets}`;
  }
}

/** What a write of a client goes by. */
export interface ClientPorts {
  readonly objects: MemoryObjects;
  readonly capabilities: Capabilities;
  /** The server's clock, in Unix seconds. */
  readonly now: number;
}
