/** The kinds of object that a plan can name. */
export type Kind = 'Api' | 'Client' | 'Rotation';

/** How plans, flags and reports name an object: `Client/order-service`. */
export type Address = `${Kind}/${string}`;

export function addressOf(kind: Kind, name: string): Address {
  return `${kind}/${name}`;
}

export function kindOf(address: Address): Kind {
  return address.slice(0, address.indexOf('/')) as Kind;
}

export function nameOf(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}
