import { GrantryError } from '../../../model/errors.ts';
import type { Secret } from '../../../model/secrets/secret.ts';
import type { Ports } from '../../../platform/ports.ts';
import { githubIdToken } from '../../../platform/workload/github-actions.ts';
import { serviceAccountToken } from '../../../platform/workload/service-account.ts';
import { assertionForm } from '../../../model/secrets/assertion-form.ts';
import { signAssertion } from '../../client-assertion.ts';
import { readOwnKey } from '../../own-key.ts';
import { loginClientId } from './account.ts';
import { claimsOf } from './assertion-claims.ts';
import type { AssertionClaims } from './assertion-claims.ts';
import type { KeycloakAuth } from './settings.ts';

/** What a token request says of who asks. */
export interface Presented {
  readonly form: Readonly<Record<string, string>>;
  /** Of the assertion, where one is sent. */
  readonly claims: AssertionClaims | undefined;
}

interface LoginContext {
  readonly ports: Ports;
  /** What an assertion is for where the Target does not say; asked for only then. Rejects where the realm is not to be believed. */
  readonly issuer: () => Promise<string>;
}

/** The parameters of a login (RFC 6749 sections 4.3 and 4.4, RFC 7523 section 2.2). An assertion is a new one where that can be had. */
export async function presentAccount(auth: KeycloakAuth, context: LoginContext): Promise<Presented> {
  const client_id = loginClientId(auth);
  if (auth.kind === 'password') {
    const user = { username: auth.username, password: auth.password.reveal() };
    return { form: { grant_type: 'password', client_id, ...user }, claims: undefined };
  }
  // With an assertion it may be left out; given, the server sees to it that it is this client and no other.
  const client = { grant_type: 'client_credentials', client_id };
  if (auth.kind === 'secret') {
    return { form: { ...client, client_secret: auth.clientSecret.reveal() }, claims: undefined };
  }
  const { assertion, source } = await assertionFor(auth, context);
  const claims = claimsOf(assertion);
  if (claims === undefined) {
    throw new GrantryError('NOT_ALLOWED', `The token to log in to Keycloak with is no JWT: ${source}`, {
      hint: 'It must be the signed token of the workload itself. Nothing was sent.',
    });
  }
  return { form: { ...client, ...assertionForm(assertion) }, claims };
}

type ByAssertion = Exclude<KeycloakAuth, { kind: 'password' | 'secret' }>;

/** `source`: where it came from, for messages. */
async function assertionFor(
  auth: ByAssertion,
  { ports, issuer }: LoginContext,
): Promise<{ readonly assertion: Secret; readonly source: string }> {
  switch (auth.kind) {
    case 'key': {
      const said = { clientId: auth.clientId, audience: auth.audience ?? (await issuer()) };
      return {
        assertion: await signAssertion(readOwnKey(auth.privateKey, auth), said, ports.clock),
        source: 'its own',
      };
    }
    case 'assertion':
      return { assertion: auth.assertion, source: `assertion${auth.assertion.origin}` };
    case 'github': {
      const audience = auth.audience ?? (await issuer());
      return { assertion: await githubIdToken(audience, 'Keycloak', ports), source: 'that of GitHub Actions' };
    }
    case 'kubernetes': {
      const words = { purpose: 'Keycloak', otherwise: 'name it in provider.keycloak.auth.kubernetes.tokenFile' };
      return { assertion: await serviceAccountToken(auth.tokenFile, words), source: auth.tokenFile };
    }
    default:
      return auth satisfies never;
  }
}
