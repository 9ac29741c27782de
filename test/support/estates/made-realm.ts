/** A realm as people make it, before it is planted into a server. */
export interface MadeRealm {
  readonly scopes: readonly MadeScope[];
  readonly realmRoles: readonly MadeRole[];
  readonly groups: readonly { readonly name: string; readonly realmRoles: readonly string[] }[];
  readonly clients: readonly MadeClient[];
}

export interface MadeRole {
  readonly name: string;
  /** Realm roles that it holds. */
  readonly holds: readonly string[];
}

export interface MadeMapper {
  readonly name: string;
  readonly protocol: 'openid-connect';
  readonly protocolMapper: string;
  readonly config: Readonly<Record<string, string>>;
}

export interface MadeScope {
  readonly name: string;
  readonly description: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly protocolMappers: readonly MadeMapper[];
  /** Realm roles in its scope mappings. */
  readonly roles: readonly string[];
}

/** With what a client of a made realm logs in. */
export type MadeLogin =
  | {
      readonly kind: 'secret';
      readonly by: 'basic' | 'post';
      readonly secret: string;
      /** It was rotated by a policy of somebody else, and what was before is still accepted. */
      readonly isRotated: boolean;
      /** The server refuses the other way. */
      readonly isBound: boolean;
    }
  | {
      readonly kind: 'key';
      readonly alg: 'RS256' | 'ES256' | 'EdDSA';
      /** The server refuses other algorithms. */
      readonly isBound: boolean;
    }
  | { readonly kind: 'workload'; readonly subject: string };

export interface MadeClient {
  readonly clientId: string;
  /** As POST takes it, but for what the login needs. */
  readonly representation: Readonly<Record<string, unknown>>;
  readonly attributes: Readonly<Record<string, string>>;
  readonly login: MadeLogin;
  readonly defaultScopes: readonly string[];
  readonly optionalScopes: readonly string[];
  /** Realm roles of its service account. */
  readonly roles: readonly string[];
  /** Realm roles in its scope mappings. */
  readonly scopeMappings: readonly string[];
  readonly groups: readonly string[];
  readonly isEnabled: boolean;
  /** The reason for which import leaves it out; undefined: it is imported. */
  readonly leftOutFor: string | undefined;
}
