import { shellWord } from '../../model/text/shell-word.ts';

/** OpenBao came from Vault: the API is the same, but for listings; names and commands are not. */
export type ProductKind = 'vault' | 'openbao';

/** What messages say of a product. */
interface Product {
  readonly label: string;
  /** Its command line. */
  readonly command: string;
  /** What that command line takes the address of the server from. */
  readonly addressVariable: string;
  /** Its page in the documents. */
  readonly page: string;
  /** The policies that are documented, and tested as sufficient. */
  readonly policies: { readonly apply: string; readonly purge: string };
}

const PRODUCTS: Readonly<Record<ProductKind, Product>> = {
  vault: {
    label: 'Vault',
    command: 'vault',
    addressVariable: 'VAULT_ADDR',
    page: 'docs/vault.md',
    policies: { apply: 'docs/vault-policy.hcl', purge: 'vault-policy-purge.hcl' },
  },
  openbao: {
    label: 'OpenBao',
    command: 'bao',
    addressVariable: 'BAO_ADDR',
    page: 'docs/openbao.md',
    policies: { apply: 'docs/openbao-policy.hcl', purge: 'openbao-policy-purge.hcl' },
  },
};

export function productOf({ kind }: { readonly kind: ProductKind }): Product {
  return PRODUCTS[kind];
}

/** A server, as messages name it. */
export interface Server {
  readonly kind: ProductKind;
  /** Base URL without a trailing slash. */
  readonly address: string;
}

/** `Vault at https://…` */
export function nameOfServer(server: Server): string {
  return `${productOf(server).label} at ${server.address}`;
}

/** How a user looks at the server. */
export function checkServer(server: Server): string {
  return `Check it with: ${commandOf(server, 'status')}`;
}

/** A command line for this server, ready to be run: each word is one for the shell, too. */
export function commandOf(server: Server, ...words: readonly string[]): string {
  const { command, addressVariable } = productOf(server);
  return `${addressVariable}=${shellWord(server.address)} ${[command, ...words].map(shellWord).join(' ')}`;
}

/** The answer about a mount, as far as it shows which product gave it. */
export interface ProductSigns {
  /** Such as `v0.25.0+builtin`, or `v2.7.2+builtin.bao`. */
  readonly pluginVersion: string | undefined;
  /** Vault has said the type of the mount beside every answer since 1.16; OpenBao does not. */
  readonly namesMountType: boolean;
}

/** Which product answers; undefined where that does not show, such as behind an engine that is a plug-in. */
export function recognise({ pluginVersion = '', namesMountType }: ProductSigns): ProductKind | undefined {
  if (pluginVersion.endsWith('+builtin.bao')) return 'openbao';
  return namesMountType || /\+builtin(?:\.vault)?$/.test(pluginVersion) ? 'vault' : undefined;
}
