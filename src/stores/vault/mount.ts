import type { z } from 'zod';
import { GrantryError } from '../../model/errors.ts';
import { quoted } from '../../model/text/printable.ts';
import type { bodies } from './convert.ts';
import { mountAbove, noMount, otherProduct } from './errors.ts';
import { nameOfServer, productOf, recognise } from './product.ts';
import type { ProductKind, Server } from './product.ts';

/** What stands at the mount of a Target. */
export type Mount =
  | { readonly kind: 'fine' }
  /** It is not there, or the login may not see it. */
  | { readonly kind: 'hidden' }
  /** A secrets engine of which the mount is only a part of a path. */
  | { readonly kind: 'above'; readonly found: string }
  /** Another secrets engine, in words. */
  | { readonly kind: 'other'; readonly what: string; readonly isOldKv: boolean }
  | { readonly kind: 'product'; readonly found: ProductKind };

export function toMount(
  { data, mount_type: mountType }: z.infer<typeof bodies.mount>,
  server: Server,
  mount: string,
): Mount {
  // Asked for nothing more than the mount, the answer shows which product gave it.
  const product = recognise({ pluginVersion: data.running_plugin_version, namesMountType: mountType !== undefined });
  if (product !== undefined && product !== server.kind) return { kind: 'product', found: product };
  const { type, options, path } = data;
  if (path !== undefined && `${mount}/`.startsWith(path) && path !== `${mount}/`) return { kind: 'above', found: path };
  if (type === 'kv' && options?.version === '2') return { kind: 'fine' };
  const isOldKv = type === 'kv';
  return { kind: 'other', what: isOldKv ? 'KV version 1' : `of type "${quoted(type, 60)}"`, isOldKv };
}

/** The error for a mount that cannot be used; undefined: it can. */
export function mountError(found: Mount, server: Server, mount: string, tokenOrigin: string): GrantryError | undefined {
  switch (found.kind) {
    case 'fine':
      return undefined;
    case 'hidden':
      return noMount(server, mount, tokenOrigin);
    case 'above':
      return mountAbove(server, { mount, found: found.found });
    case 'product':
      return otherProduct(server, found.found);
    case 'other':
      return new GrantryError(
        'NOT_ALLOWED',
        `The secrets engine at ${mount}/ of ${nameOfServer(server)} is ${found.what}; grantry needs KV version 2`,
        {
          hint: `Name another mount, or upgrade this one: ${productOf(server).command} kv enable-versioning ${mount}/`,
        },
      );
    default:
      return found satisfies never;
  }
}
