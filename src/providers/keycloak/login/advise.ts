import { quoted } from '../../../model/text/printable.ts';
import type { OAuthError } from '../../../platform/oauth-error.ts';
import type { AssertionClaims } from './assertion-claims.ts';
import type { ClientAuth, FederatedAuth, KeycloakAuth } from './settings.ts';

/** What is known of a login beside its answer. */
export interface LoginFacts {
  /** Of the assertion that was sent. */
  readonly claims: AssertionClaims | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** This run was let in before. */
  readonly hadToken: boolean;
}

type Federated = KeycloakAuth & ClientAuth & FederatedAuth;
type OwnKeyAuth = KeycloakAuth & ClientAuth & { kind: 'key' };

/** What to do where Keycloak refuses a token of another issuer; its words were measured on 26.0 and 26.7. */
export function adviseOnFederated(auth: Federated, { why }: OAuthError, facts: LoginFacts): string[] {
  const { claims } = facts;
  const says =
    claims === undefined
      ? []
      : [`The token says: issuer ${claims.issuer}, subject ${claims.subject}, audience ${claims.audience}.`];
  if (/reuse/i.test(why)) return onReuse(auth);
  if (/audience/i.test(why)) return [...says, onAudience(auth)];
  if (/not active|in the past|in the future|\b(?:exp|iat) claim/i.test(why)) return [onTime(auth, facts), ...says];
  if (/jti claim/i.test(why)) return ['Keycloak takes tokens with an id (jti) only: their issuer must give them one.'];
  if (/issuer mismatch|issuer should match/i.test(why)) {
    return [
      'This Keycloak takes no assertions but those that a client signed itself. To log in by a token of another issuer takes Keycloak 26.6 ' +
        '(from 26.4 on there is a preview: --features=client-auth-federated). Until then use privateKey or clientSecret.',
    ];
  }
  return [...says, ...checklist(auth)];
}

function onReuse(auth: Federated): string[] {
  const again =
    'Keycloak takes such a token once, unless its identity provider allows more (supportsClientAssertionReuse).';
  if (auth.kind !== 'assertion') return [again];
  return [
    `${again} The one of provider.keycloak.auth.assertion${auth.assertion.origin} was used before.`,
    'Give each command of a job a token of its own (GitLab: one more entry under id_tokens), and the client access tokens that outlive a run ' +
      '(Advanced > Access token lifespan). From Keycloak 26.8.2 on the client scope kc-admin-api must be a default one of the client, too, so that ' +
      'one login is enough: docs/ci.md.',
  ];
}

const AUDIENCE_SETTING: Readonly<Record<FederatedAuth['kind'], string>> = {
  assertion: 'where the token is asked for (GitLab: aud under id_tokens)',
  github:
    'by leaving provider.keycloak.auth.github.audience out, or in it where Keycloak has another hostname than the url of the Target',
  kubernetes: 'as the audience of the projected volume of the pod',
};

function onAudience({ kind, realm }: Federated): string {
  return `Its audience must be the issuer of the realm ${realm} and nothing beside it, to the letter as the realm's /.well-known/openid-configuration names it. Set that ${AUDIENCE_SETTING[kind]}.`;
}

const SOURCE: Readonly<Record<FederatedAuth['kind'], string>> = {
  assertion: 'Ask for it right before grantry runs.',
  github: 'grantry asked GitHub for it a moment ago: compare the clocks of this machine and of the server.',
  kubernetes: 'Kubernetes renews the file: compare the clocks of this machine and of the server.',
};

function onTime({ kind }: Federated, { claims, now }: LoginFacts): string {
  const age = claims?.issuedAt === undefined ? undefined : Math.round(now / 1000 - claims.issuedAt);
  const old = age === undefined ? '' : `The token was issued ${age} seconds ago by the clock of this machine. `;
  return `${old}Keycloak takes one that is valid now, and that an OIDC identity provider issued at most 300 seconds ago. ${SOURCE[kind]}`;
}

function checklist({ clientId, realm }: Federated): string[] {
  return [
    `Check in the realm ${realm}: (1) an identity provider with exactly that issuer is there, enabled, takes client assertions ` +
      '(supportsClientAssertions), and the server reaches its keys;',
    `(2) the client ${clientId} is enabled, has service accounts on, authenticates by federated-jwt (Signed JWT - Federated), with the alias of that provider and exactly that subject;`,
    '(3) the client authentication flow of the realm has the step Signed JWT - Federated: realms of before 26.6 lack it;',
    '(4) the server is Keycloak 26.6 or later. docs/ci.md has the commands.',
  ];
}

/** The same for an assertion that grantry signed with its own key. */
export function adviseOnOwnKey({ clientId, keyId, privateKey, audience }: OwnKeyAuth, { why }: OAuthError): string {
  if (/load public key/i.test(why)) {
    const by = keyId === undefined ? '' : ` with the kid ${keyId}`;
    return `The client ${clientId} has no public key${by} that fits: register the public half of privateKey${privateKey.origin}, or correct keyId and alg. docs/keycloak.md has the commands.`;
  }
  if (/signature/i.test(why)) {
    return `privateKey${privateKey.origin} is not the key whose public half the client ${clientId} has, or alg is another than the server expects.`;
  }
  if (/audience/i.test(why) && audience !== undefined) {
    return `provider.keycloak.auth.audience is ${quoted(audience)}: it must be the issuer of the realm, to the letter as the realm's /.well-known/openid-configuration names it.`;
  }
  if (/audience/i.test(why)) {
    return 'The server names its realm in another way than its own /.well-known/openid-configuration does: check its options hostname and proxy-headers.';
  }
  if (/not active|in the past|in the future/i.test(why)) {
    return 'The assertion was signed a moment ago: compare the clocks of this machine and of the server.';
  }
  return `Check provider.keycloak.auth: the client ${clientId} must be enabled and confidential, with service accounts on, and authenticate by client-jwt (Signed JWT) with the public half of privateKey${privateKey.origin}. docs/keycloak.md has the commands.`;
}
