import { distance } from 'fastest-levenshtein';

/** Fields that hold a credential. */
const CREDENTIAL_KEYS = ['clientSecret', 'secretId', 'token', 'password', 'identity'] as const;

/** The same, with the number of wrong letters in which they are still recognised. */
const FOLDED_KEYS = CREDENTIAL_KEYS.map((key) => ({ known: key.toLowerCase(), slack: key.length > 6 ? 2 : 1 }));

/** Keys of a Target whose plain values are no credentials; whatever else stands in one is hidden. */
const SAFE_TARGET_KEYS: ReadonlySet<string> = new Set(
  `apiVersion kind name owner description stack realm url domain address
   allowInsecure clientId username onRequestScopes requestsPerSecond pageSize pagesInFlight mount prefix namespace role roleId
   audience path recipients every overlap
   maxDeletes maxDeletePercent protect grantable maxCredentialAge`.split(/\s+/),
);

/** Keys of any manifest under which further keys stand. */
const STRUCTURAL_KEYS: ReadonlySet<string> = new Set(
  `metadata labels spec provider keycloak auth0 auth secrets vault file approle
   jwt github kubernetes rotate guards`.split(/\s+/),
);

/** Keys of the other kinds, which may be named in a message as well. */
const OTHER_KEYS: ReadonlySet<string> = new Set(
  `tokenLifetime introspectedBy managed scopes access api onRequest secret overrides
   targets serviceAccountRoles clients attributes`.split(/\s+/),
);

const SECRET_ENDING =
  /(?:secrets?|secretids?|passwords?|passwd|passphrase|pass|pwd|tokens?|identity|credentials?|privatekey|apikey|accesskey|secretkey|signingkey)$/;

/**
 * Whether a key names a credential, or was likely meant to. Judged by the end of the key (`client_secret`,
 * `vault.token`, but not `secrets:read` or `tokenLifetime`) and by its distance from the fields that hold one.
 */
export function isSecretKey(key: string): boolean {
  if (key.length > 200) {
    return false;
  }
  const folded = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  return (
    SECRET_ENDING.test(folded) ||
    FOLDED_KEYS.some(
      ({ known, slack }) => Math.abs(folded.length - known.length) <= slack && distance(folded, known) <= slack,
    )
  );
}

const SECRET_WORD = /secret|passw|passphrase|token|identity|credential|private.?key|api.?key/i;

/** Whether the value of a key should not be shown, because the key is not one of ours and speaks of credentials. */
export function mayHoldSecret(key: string): boolean {
  return isSecretKey(key) || (!isKnownKey(key) && SECRET_WORD.test(key));
}

/** The first word of credentials in a text, or part of a word. */
export function findSecretPart(text: string): string | undefined {
  return SECRET_WORD.exec(text)?.[0];
}

/** How the credentials begin that people paste most: keys of age and PEM, tokens of Vault, GitHub and GitLab, and JWTs. */
const BEGINNING = /AGE-SECRET-KEY-|-----BEGIN |\bhv[sbr]\.|\bgh[opsu]_|\bgithub_pat_|\bglpat-|\beyJ[\w-]{8}/;

/** Whether a text may hold a credential, and so is not to be shown. True wherever `holdsCredential` is. */
export function mayHoldCredential(text: string): boolean {
  return BEGINNING.test(text);
}

/** The same, with as much behind it as makes them what they are. */
const CREDENTIAL =
  /AGE-SECRET-KEY-1|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bhv[sbr]\.[\w-]{20}|\bgh[opsu]_\w{20}|\bgithub_pat_\w{20}|\bglpat-[\w-]{15}|\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\./;

/** Whether a text holds what can be nothing but a credential. */
export function holdsCredential(text: string): boolean {
  return CREDENTIAL.test(text);
}

/** Whether the plain value of this key of a Target may be shown. */
export function isSafeTargetKey(key: string): boolean {
  return SAFE_TARGET_KEYS.has(key);
}

/** Whether this key has further keys under it. */
export function isStructuralKey(key: string): boolean {
  return STRUCTURAL_KEYS.has(key);
}

/** Whether this is a key of the manifest language, so that a message may quote it. */
export function isKnownKey(key: string): boolean {
  return (
    SAFE_TARGET_KEYS.has(key) ||
    STRUCTURAL_KEYS.has(key) ||
    OTHER_KEYS.has(key) ||
    CREDENTIAL_KEYS.some((known) => known === key)
  );
}
