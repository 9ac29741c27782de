import { decodeJwt } from 'jose';
import type { JWTPayload } from 'jose';
import type { RevokedTokens } from '../../model/report.ts';
import type { Login } from '../places/stored-credential.ts';
import type { RotationPorts, RotationSubject } from './subject.ts';

/**
 * Revokes what was issued to whoever had the credential before, once that is refused. The moment is that of a token issued
 * since, by the server's own clock; that token goes with them, as one of the same second cannot be told from it. Services that check
 * tokens by themselves are not reached.
 */
export async function revokeIssuedTokens(
  { id, probe }: Pick<RotationSubject, 'id' | 'probe'>,
  login: Login,
  { provider, tokens }: RotationPorts,
): Promise<RevokedTokens> {
  const answer = await tokens.request(login, probe.auth, probe);
  const { iat, exp } = 'token' in answer ? claimsOf(answer.token) : {};
  const acceptedFor = iat === undefined || exp === undefined ? undefined : exp - iat;
  // A client that gets no token has none either, and no other clock than the server's own says when.
  if (provider.revokeTokens === undefined || iat === undefined) return { inactiveBefore: undefined, acceptedFor };
  const before = iat + 1;
  await provider.revokeTokens(id, before);
  return { inactiveBefore: new Date(before * 1000).toISOString(), acceptedFor };
}

/** Of a token that is no JWT nothing is known. */
function claimsOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}
