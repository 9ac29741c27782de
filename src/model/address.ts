/** The kinds of object that a plan can name. */
export const KINDS = ['Api', 'Client', 'Rotation', 'Issuer'] as const;
export type Kind = (typeof KINDS)[number];

/** How plans, flags and reports name an object: `Client/order-service`. */
export type Address = `${Kind}/${string}`;

/** Whether a glob of addresses begins with one of these kinds. */
export function isAddressGlob(glob: string, kinds: readonly Kind[] = KINDS): boolean {
  return kinds.some((kind) => glob.startsWith(`${kind}/`) && glob.length > kind.length + 1);
}

export function addressOf(kind: Kind, name: string): Address {
  return `${kind}/${name}`;
}

export function isKind(address: Address, kind: Kind): boolean {
  return address.startsWith(kind) && address[kind.length] === '/';
}

export function kindOf(address: Address): Kind {
  const kind = KINDS.find((each) => isKind(address, each));
  if (kind === undefined) throw new TypeError(`${address} is no address`);
  return kind;
}

export function nameOf(address: Address): string {
  return address.slice(address.indexOf('/') + 1);
}
