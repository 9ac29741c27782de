/**
 * What is known of the attributes that Keycloak 26.7 has for clients: those that change nothing about the tokens of an M2M
 * client, reviewed one by one. Every other attribute counts as one that matters, known here or not: a list of those that do
 * harm would always be behind the server. A test on a real server asks its admin console for names that are not here.
 */
interface Group {
  readonly names: readonly string[];
  /** Which values change nothing: all of them, or those of a switch that is off. */
  readonly harmless: 'always' | readonly string[];
  /** `true` takes something away from whoever holds a token or the secret. */
  readonly narrows?: true;
  /** Why it is harmless, or what it does. */
  readonly why: string;
}

const OFF = ['false'];
const NEVER: readonly string[] = [];

const GROUPS: readonly Group[] = [
  {
    harmless: 'always',
    why: 'the books that the server keeps about the secret',
    names: [
      'client.secret.creation.time',
      'client.secret.expiration.time',
      'client.secret.remaining.expiration.time',
      'client.secret.rotated.creation.time',
      'client.secret.rotated.expiration.time',
    ],
  },
  {
    harmless: OFF,
    why: 'kept by the server: whether the client stands for a realm',
    names: ['realm_client'],
  },
  {
    harmless: 'always',
    why: 'shown to people who log in or give consent: nobody does with an M2M client',
    names: [
      'display.on.consent.screen',
      'always.display.consent',
      'consent.screen.text',
      'gui.order',
      'login_theme',
      'logoUri',
      'policyUri',
      'tosUri',
    ],
  },
  {
    harmless: 'always',
    why: 'of authorization requests, which a client without the standard and the implicit flow cannot make',
    names: [
      'acr.loa.map',
      'allow.oidc.params.in.redirect.uris',
      'authorization.encrypted.response.alg',
      'authorization.encrypted.response.enc',
      'authorization.signed.response.alg',
      'default.acr.values',
      'exclude.issuer.from.auth.response',
      'exclude.session.state.from.auth.response',
      'id.token.as.detached.signature',
      'minimum.acr.value',
      'pkce.code.challenge.method',
      'request.object.encryption.alg',
      'request.object.encryption.enc',
      'request.object.required',
      'request.object.signature.alg',
      'request.uris',
      'require.pushed.authorization.requests',
      'sectorIdentifierUri',
      'use.refresh.tokens',
    ],
  },
  {
    harmless: 'always',
    why: 'of logouts: an M2M client has no sessions of people',
    names: [
      'backchannel.logout.revoke.offline.tokens',
      'backchannel.logout.session.required',
      'backchannel.logout.url',
      'frontchannel.logout.session.required',
      'frontchannel.logout.url',
      'logout.confirmation.enabled',
      'post.logout.redirect.uris',
    ],
  },
  {
    harmless: 'always',
    why: 'the form of ID tokens and of answers about people, of which an M2M client gets none',
    names: [
      'id.token.encrypted.response.alg',
      'id.token.encrypted.response.enc',
      'id.token.signed.response.alg',
      'user.info.encrypted.response.alg',
      'user.info.encrypted.response.enc',
      'user.info.response.signature.alg',
    ],
  },
  {
    harmless: 'always',
    why: 'of signed assertions, with which a client that has a secret does not log in',
    names: ['token.endpoint.auth.signing.alg', 'token.endpoint.auth.signing.max.exp'],
  },
  {
    harmless: 'always',
    why: 'details of grants that are off, and whose switches are watched',
    names: [
      'ciba.backchannel.auth.request.signing.alg',
      'ciba.backchannel.client.notification.endpoint',
      'ciba.backchannel.token.delivery.mode',
      'oauth2.device.code.lifespan',
      'oauth2.device.polling.interval',
      'oauth2.jwt.authorization.grant.audience',
      'oauth2.jwt.authorization.grant.idp',
      'standard.token.exchange.enableRefreshRequestedTokenType',
    ],
  },
  {
    harmless: 'always',
    why: 'how the answer spells the type of a token, which is read without regard to case',
    names: ['token.response.type.bearer.lower-case'],
  },
  {
    harmless: OFF,
    narrows: true,
    why: 'binds tokens to a key, or marks them as what they are, so that one that leaks is of less use',
    names: [
      'access.token.header.type.rfc9068',
      'dpop.bound.access.tokens',
      'tls.client.certificate.bound.access.tokens',
    ],
  },
  {
    harmless: OFF,
    why: 'opens another way to tokens, or to more of them',
    names: [
      'client_credentials.use_refresh_token',
      'external.token.enabled',
      'oauth2.device.authorization.grant.enabled',
      'oauth2.jwt.authorization.grant.enabled',
      'oid4vci.enabled',
      'oidc.ciba.grant.enabled',
      'ssf.enabled',
      'standard.token.exchange.enabled',
    ],
  },
  {
    harmless: OFF,
    why: 'changes what a token says, or what one is told about tokens',
    names: [
      'allow.token.introspection.without.audience.check',
      'allow.userinfo.with.lightweight.access.token',
      'client.introspection.response.allow.jwt.claim.enabled',
      'client.use.lightweight.access.token.enabled',
    ],
  },
  {
    harmless: NEVER,
    why: 'how long tokens and sessions live, who signs them how, and with what the client authenticates',
    names: [
      'access.token.lifespan',
      'access.token.signed.response.alg',
      'client.offline.session.idle.timeout',
      'client.offline.session.max.lifespan',
      'client.secret.authentication.allowed.method',
      'client.session.idle.timeout',
      'client.session.max.lifespan',
      'external.token.idp',
      'jwks.string',
      'jwks.url',
      'jwt.credential.certificate',
      'jwt.credential.issuer',
      'jwt.credential.sub',
      'oid4vci.attester_trust_idps',
      'x509.casubjectdn',
      'x509.subjectdn',
    ],
  },
  {
    harmless: OFF,
    why: 'where keys come from, and how names in certificates are compared',
    names: ['use.jwks.string', 'use.jwks.url', 'x509.allow.regex.pattern.comparison'],
  },
];

const KNOWN: ReadonlyMap<string, Group> = new Map(GROUPS.flatMap((group) => group.names.map((name) => [name, group])));

/** Whether somebody looked at what an attribute of this name does. */
export function isKnownAttribute(name: string): boolean {
  return KNOWN.has(name);
}

/** Whether an attribute of this value changes nothing about the tokens of an M2M client. An empty one is none. */
export function isHarmlessAttribute(name: string, value: string): boolean {
  // Old admin consoles wrote these to every client; only a SAML client is read for them, and the protocol is held exactly.
  if (/^saml[._]/.test(name)) return true;
  const harmless = KNOWN.get(name)?.harmless ?? NEVER;
  return value === '' || harmless === 'always' || harmless.includes(value);
}

/** Whether a change of a declared attribute, or of one that nobody declares any more, may give somebody more power. */
export function attributeWidens(name: string, before: string | undefined, after: string | undefined): boolean {
  const known = KNOWN.get(name);
  if (known?.harmless === 'always') return false;
  if (known?.narrows === true) return before !== undefined && before !== 'false' && after !== 'true';
  return after !== undefined && !isHarmlessAttribute(name, after);
}

const SECRET_WORDS: ReadonlySet<string> = new Set(
  `secret secrets password passwords passwd passphrase pwd token tokens credential credentials
   apikey privatekey accesskey secretkey signingkey`.split(/\s+/),
);

/** A key of another kind, as in `routing.key`, is a name. */
const KINDS_OF_KEYS: ReadonlySet<string> = new Set(
  'api private access secret signing encryption encrypt hmac ssh rsa aes master'.split(' '),
);

/** Whether an attribute of this name may hold a credential, going by its words; known ones hold none. */
export function maySpeakOfSecret(name: string): boolean {
  if (KNOWN.has(name)) return false;
  const words = name.split(/[^\p{L}\p{N}]+|(?<=[\p{Ll}\p{N}])(?=\p{Lu})/u);
  const known = words.map((word) => word.toLowerCase());
  return known.some(
    (word, at) => SECRET_WORDS.has(word) || (/^keys?$/.test(word) && KINDS_OF_KEYS.has(known[at - 1] ?? '')),
  );
}
