import { GrantryError } from '../../model/errors.ts';
import type { Delivery, Fields } from '../../model/state.ts';

/** An object as the provider in memory holds it. */
export interface MemoryObject {
  readonly kind: 'Api' | 'Client' | 'Rotation';
  readonly id: string;
  /** What it was created as; where its fields hold no name, this is it. */
  readonly name: string;
  fields: Fields;
  secret?: string;
  createdAt?: number;
  /** The previous secret, and until when it is accepted, in Unix seconds. */
  previous?: { readonly secret: string; readonly until: number };
  delivered?: Delivery;
}

/** Everything that the server holds. */
export class MemoryObjects {
  readonly all: MemoryObject[] = [];
  #ids = 0;
  #secrets = 0;

  add(kind: MemoryObject['kind'], name: string, fields: Fields): MemoryObject {
    this.#ids += 1;
    const object: MemoryObject = { kind, id: `id-${this.#ids}`, name, fields };
    this.all.push(object);
    return object;
  }

  get(id: string): MemoryObject {
    const object = this.all.find((candidate) => candidate.id === id);
    if (object === undefined) throw new GrantryError('FAILED', `memory has no object ${id}`);
    return object;
  }

  remove(id: string): void {
    const index = this.all.findIndex((object) => object.id === id);
    if (index !== -1) this.all.splice(index, 1);
  }

  /** As a server makes one; each is another. */
  newSecret(): string {
    this.#secrets += 1;
    return `generated-${this.#secrets}`;
  }
}
