/** The kinds of object that a plan can name. */
export type Kind = 'Api' | 'Client' | 'Rotation';

/** How plans, flags and reports name an object: `Client/order-service`. */
export type Address = `${Kind}/${string}`;

export function addressOf(kind: Kind, name: string): Address {
  return `${kind}/${name}`;
}

export function isKind(address: Address, kind: Kind): boolean {
  return address.startsWith(kind) && address[kind.length] === '/';
}

export function nameOf(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}
