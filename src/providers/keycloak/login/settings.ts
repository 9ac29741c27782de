import { resolve } from 'node:path';
import * as z from 'zod';
import type { ResolveContext } from '../../../manifest/backends.ts';
import { credentialSchema, templateSchema } from '../../../manifest/schema/settings.ts';
import type { Secret } from '../../../model/secrets/secret.ts';
import { SERVICE_ACCOUNT_TOKEN } from '../../../platform/workload/service-account.ts';
import { SIGNING_ALGORITHMS } from '../../../model/signing-algorithms.ts';
import type { SigningAlgorithm } from '../../../model/signing-algorithms.ts';
import { resolveOwnKey } from '../../own-key.ts';

/** grantry's own account. `realm`: the one that the account lives in. */
export type KeycloakAuth = { readonly realm: string } & (ClientAuth | UserAuth);

/** A client and what it proves itself with. All but a secret are client assertions (RFC 7523). */
export type ClientAuth = { readonly clientId: string } & (
  | { readonly kind: 'secret'; readonly clientSecret: Secret }
  | {
      readonly kind: 'key';
      readonly privateKey: Secret;
      readonly alg?: SigningAlgorithm;
      readonly keyId?: string;
      /** Without one: the issuer of the realm. */
      readonly audience?: string;
    }
  | FederatedAuth
);

/** By a token that somebody else signed for the workload that grantry runs in. */
export type FederatedAuth =
  | { readonly kind: 'assertion'; readonly assertion: Secret }
  /** Without an audience: the issuer of the realm. */
  | { readonly kind: 'github'; readonly audience?: string }
  | { readonly kind: 'kubernetes'; readonly tokenFile: string };

type UserAuth = { readonly kind: 'password'; readonly username: string; readonly password: Secret };

/** What a server says of itself may not choose whom a token is for: trusted-issuer.ts. */
const ISSUER_BY_DEFAULT = 'Default: the issuer of the realm, which must then be at the url of the Target.';

const githubSchema = z
  .strictObject({
    audience: templateSchema.optional().meta({ description: `The token's audience. ${ISSUER_BY_DEFAULT}` }),
  })
  .meta({ description: 'By the id token of a GitHub Actions job (needs id-token: write).' });

const kubernetesSchema = z
  .strictObject({
    tokenFile: templateSchema
      .optional()
      .meta({ description: `File of a projected service-account token. Default: ${SERVICE_ACCOUNT_TOKEN}.` }),
  })
  .meta({ description: 'By the service-account token of a Kubernetes pod, read anew at each login.' });

/** What a client may prove itself with; exactly one of them. */
const PROOFS = ['clientSecret', 'privateKey', 'assertion', 'github', 'kubernetes'] as const;

export const keycloakAuthSchema = z
  .strictObject({
    clientId: templateSchema.optional(),
    clientSecret: credentialSchema.optional(),
    privateKey: credentialSchema.optional().meta({
      description: 'Exactly ${env:NAME}: a private key, PKCS#8 as PEM or a JWK (private_key_jwt).',
      writeOnly: true,
    }),
    alg: z
      .enum(SIGNING_ALGORITHMS)
      .optional()
      .meta({ description: 'By which privateKey signs. Default: by its kind.' }),
    keyId: templateSchema.optional().meta({ description: 'The kid under which the server has the public key.' }),
    audience: templateSchema
      .optional()
      .meta({ description: `Whom the assertion of privateKey is for. ${ISSUER_BY_DEFAULT}` }),
    assertion: credentialSchema.optional().meta({
      description:
        'Exactly ${env:NAME}: a token that another issuer signed for this workload, such as a GitLab id token.',
      writeOnly: true,
    }),
    github: githubSchema.optional(),
    kubernetes: kubernetesSchema.optional(),
    username: templateSchema.optional(),
    password: credentialSchema.optional(),
    realm: templateSchema
      .optional()
      .meta({ description: 'The realm that this account lives in. Default: the realm of the Target.' }),
  })
  .superRefine((auth, context) => {
    const report = (message: string, path: string[] = []): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    const problem = problemOf(auth);
    if (problem !== undefined) report(problem);
    for (const key of ['alg', 'keyId', 'audience'] as const) {
      if (auth[key] !== undefined && auth.privateKey === undefined) report('belongs to privateKey', [key]);
    }
  })
  .meta({
    description:
      "grantry's own account: clientId with one of clientSecret, privateKey, assertion, github, kubernetes; or {username, password} for a sandbox.",
  });

type AuthSpec = z.output<typeof keycloakAuthSchema>;

function problemOf(auth: Partial<Record<string, unknown>>): string | undefined {
  const proofs = PROOFS.filter((key) => auth[key] !== undefined);
  const asUser = ['username', 'password'].filter((key) => auth[key] !== undefined);
  if (proofs.length === 1 && asUser.length === 0) {
    return auth['clientId'] === undefined ? `needs clientId beside ${proofs.join()}` : undefined;
  }
  if (proofs.length === 0 && asUser.length === 2 && auth['clientId'] === undefined) return undefined;
  const client = asUser.length > 0 && auth['clientId'] !== undefined ? ['clientId'] : [];
  const found = [...client, ...proofs, ...asUser];
  const instead = found.length < 2 ? '' : `, not ${found.join(' and ')}`;
  return `must hold clientId and one of ${PROOFS.join(', ')}, or username and password${instead}`;
}

/** The account that a Target names. Throws INVALID_INPUT for a key that is none. */
export function resolveKeycloakAuth(
  spec: AuthSpec,
  realm: string,
  { cwd, secret }: { readonly cwd: string; readonly secret: ResolveContext<AuthSpec>['secret'] },
): KeycloakAuth {
  return { realm: spec.realm ?? realm, ...resolveAccount(spec, cwd, secret) };
}

function resolveAccount(
  spec: AuthSpec,
  cwd: string,
  secret: ResolveContext<AuthSpec>['secret'],
): ClientAuth | UserAuth {
  const { clientId = '', alg, keyId, audience, github, kubernetes } = spec;
  if (spec.username !== undefined) {
    return { kind: 'password', username: spec.username, password: secret((from) => from.password) };
  }
  if (spec.privateKey !== undefined) {
    const key = resolveOwnKey(
      secret((from) => from.privateKey),
      { alg, keyId },
    );
    return { kind: 'key', clientId, ...key, ...(audience === undefined ? {} : { audience }) };
  }
  if (spec.assertion !== undefined) {
    return { kind: 'assertion', clientId, assertion: secret((from) => from.assertion) };
  }
  if (github !== undefined) {
    return { kind: 'github', clientId, ...(github.audience === undefined ? {} : { audience: github.audience }) };
  }
  if (kubernetes !== undefined) {
    return { kind: 'kubernetes', clientId, tokenFile: resolve(cwd, kubernetes.tokenFile ?? SERVICE_ACCOUNT_TOKEN) };
  }
  return { kind: 'secret', clientId, clientSecret: secret((from) => from.clientSecret) };
}
