import type { RotatePolicy } from './desired.ts';
import type { Position } from './finding.ts';
import type { Secret } from './secret.ts';

/** One realm or tenant, its secret store and its guards, with `${env:NAME}` already replaced. */
export interface Target {
  readonly name: string;
  /** The owner name: what grantry may change and prune here. */
  readonly stack: string;
  readonly provider: ProviderSettings;
  readonly store: StoreSettings;
  /** Folders inside of the store's place that are those of other Targets. */
  readonly otherPlaces?: readonly string[];
  readonly rotate: RotatePolicy;
  readonly guards: Guards;
  readonly position: Position;
}

export interface Guards {
  readonly maxDeletes: number;
  /** Of the stack's clients, counted from 10 clients up. */
  readonly maxDeletePercent: number;
  /** Globs on metadata.name. */
  readonly protect: readonly string[];
  /** Which Apis of others may be granted here: `owner:` or `stack:` and a glob, or a glob on the Api's name. Undefined: all. */
  readonly grantable?: readonly string[] | undefined;
  /** Seconds. */
  readonly maxCredentialAge: number | undefined;
}

export type ProviderSettings = KeycloakSettings | Auth0Settings;

export interface KeycloakSettings {
  readonly kind: 'keycloak';
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly realm: string;
  /** Clients in one page of a listing; undefined: as many as are listed fastest. */
  readonly pageSize: number | undefined;
  /** Pages of a listing in flight. */
  readonly pagesInFlight: number;
  readonly auth: { readonly realm: string } & (
    | { readonly kind: 'client'; readonly clientId: string; readonly clientSecret: Secret }
    | { readonly kind: 'password'; readonly username: string; readonly password: Secret }
  );
}

export interface Auth0Settings {
  readonly kind: 'auth0';
  readonly domain: string;
  readonly auth: { readonly clientId: string; readonly clientSecret: Secret };
  /** What to do with onRequest scopes, which Auth0 cannot keep out of a token that asks for none. */
  readonly onRequestScopes: 'refuse' | 'grant';
  /** No more requests than this begin in any second. */
  readonly requestsPerSecond: number;
}

export type StoreSettings = VaultSettings | FileStoreSettings;

export interface VaultSettings {
  readonly kind: 'vault';
  /** Base URL without a trailing slash. */
  readonly address: string;
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

export interface FileStoreSettings {
  readonly kind: 'file';
  /** Directory, absolute. */
  readonly path: string;
  /** The directory as the Target writes it. Places are named by it: a name must be the same in every checkout. */
  readonly shownPath?: string;
  /** age recipients (`age1…`) that every document is encrypted to. */
  readonly recipients: readonly string[];
  /** age identity (`AGE-SECRET-KEY-1…`) to read documents back with. */
  readonly identity: Secret;
}
