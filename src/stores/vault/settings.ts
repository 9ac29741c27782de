import * as z from 'zod';
import type { ResolveContext } from '../../manifest/backends.ts';
import {
  allowInsecureSchema,
  credentialSchema,
  oneOf,
  templateSchema,
  urlSchema,
} from '../../manifest/schema/settings.ts';
import { normaliseUrl } from '../../manifest/schema/url.ts';
import { trimSlashes } from '../../manifest/slashes.ts';
import { isSameLogin } from '../../model/secrets/same-login.ts';
import type { Secret } from '../../model/secrets/secret.ts';
import { productOf } from './product.ts';
import type { ProductKind, Server } from './product.ts';

/** What a Vault or an OpenBao store is opened with. */
export interface VaultSettings extends Server {
  readonly namespace: string | undefined;
  /** The KV v2 mount, without slashes at its ends. */
  readonly mount: string;
  /** Path before every document, without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly auth: VaultAuth;
}

export type VaultAuth =
  | { readonly kind: 'token'; readonly token: Secret }
  | { readonly kind: 'approle'; readonly mount: string; readonly roleId: string; readonly secretId: Secret }
  | { readonly kind: 'jwt'; readonly mount: string; readonly role: string; readonly token: Secret }
  | { readonly kind: 'github'; readonly mount: string; readonly role: string; readonly audience: string }
  | { readonly kind: 'kubernetes'; readonly mount: string; readonly role: string };

const authMountSchema = templateSchema.optional().meta({ description: 'Where the auth method is mounted.' });

const jwtSchema = z
  .strictObject({
    role: templateSchema,
    token: credentialSchema.optional(),
    github: z
      .strictObject({ audience: templateSchema })
      .optional()
      .meta({ description: 'Take the token from GitHub Actions (needs id-token: write).' }),
    mount: authMountSchema,
  })
  .superRefine((jwt, context) => {
    if ((jwt.token === undefined) === (jwt.github === undefined)) {
      context.addIssue({ code: 'custom', message: 'must hold exactly one of token, github' });
    }
  });

const authSchema = oneOf(
  {
    token: credentialSchema.optional(),
    approle: z.strictObject({ roleId: templateSchema, secretId: credentialSchema, mount: authMountSchema }).optional(),
    jwt: jwtSchema.optional(),
    kubernetes: z.strictObject({ role: templateSchema, mount: authMountSchema }).optional(),
  },
  'How grantry logs in.',
);

/** The settings as a Target has them. */
export const vaultSchema = z.strictObject({
  address: urlSchema.meta({ description: 'URL of the server.' }),
  allowInsecure: allowInsecureSchema,
  namespace: templateSchema.optional().meta({ description: 'Namespace: of OpenBao, or of Vault Enterprise.' }),
  mount: templateSchema.meta({ description: 'Mount of a KV v2 secrets engine.' }),
  prefix: z.literal('').or(templateSchema).optional().meta({ description: 'Path before every document.' }),
  auth: authSchema,
});

export type VaultSpec = z.output<typeof vaultSchema>;

export function resolveVault(kind: ProductKind, spec: VaultSpec, { secret }: ResolveContext<VaultSpec>): VaultSettings {
  return {
    kind,
    address: normaliseUrl(spec.address),
    namespace: spec.namespace === undefined ? undefined : trimSlashes(spec.namespace),
    mount: trimSlashes(spec.mount),
    prefix: trimSlashes(spec.prefix ?? ''),
    auth: resolveAuth(spec.auth, secret),
  };
}

function resolveAuth(
  { approle, jwt, kubernetes }: VaultSpec['auth'],
  secret: ResolveContext<VaultSpec>['secret'],
): VaultAuth {
  if (approle !== undefined) {
    return {
      kind: 'approle',
      mount: trimSlashes(approle.mount ?? 'approle'),
      roleId: approle.roleId,
      secretId: secret(({ auth }) => auth.approle?.secretId),
    };
  }
  if (jwt !== undefined) {
    const base = { mount: trimSlashes(jwt.mount ?? 'jwt'), role: jwt.role };
    return jwt.github === undefined
      ? { kind: 'jwt', ...base, token: secret(({ auth }) => auth.jwt?.token) }
      : { kind: 'github', ...base, audience: jwt.github.audience };
  }
  if (kubernetes !== undefined) {
    return { kind: 'kubernetes', mount: trimSlashes(kubernetes.mount ?? 'kubernetes'), role: kubernetes.role };
  }
  return { kind: 'token', token: secret(({ auth }) => auth.token) };
}

/** A path in the mount. */
export function joinPlace({ mount, prefix }: Pick<VaultSettings, 'mount' | 'prefix'>, path: string): string {
  return [mount, prefix, path].filter((part) => part !== '').join('/');
}

/**
 * The same as output names it. The mark of a delivery says so too, and what moved from one product to the other must not
 * look as if it had stayed.
 */
export function locateInVault(settings: Pick<VaultSettings, 'kind' | 'mount' | 'prefix'>, path: string): string {
  const place = joinPlace(settings, path);
  return settings.kind === 'vault' ? place : `${settings.kind}:${place}`;
}

/** How output names the store as a whole. */
export function describeVault(settings: VaultSettings): string {
  return `${productOf(settings).label} ${joinPlace(settings, '')}`;
}

/** Whether a token of one is as good for the other: the same login at the same Vault and namespace, whatever the mount. */
export function isSameVaultLogin(one: VaultSettings, other: VaultSettings): boolean {
  return one.address === other.address && one.namespace === other.namespace && isSameLogin(one.auth, other.auth);
}
