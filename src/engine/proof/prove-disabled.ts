import type { ClientProof, ProofCheck } from '../../model/report.ts';
import type { Denial } from '../../providers/provider.ts';
import type { Login } from '../places/stored-credential.ts';
import type { Expectation } from './expectation.ts';
import { describeRefusal, isDenial, refusesCredential } from './token-client.ts';
import type { Refusal, TokenClient, TokenRequest } from './token-client.ts';

/**
 * Of a client that is disabled: each token that it would get were it enabled is refused, in the way in which this provider refuses
 * such a client. Any other refusal is no proof: the client may be enabled, and its credential wrong.
 */
export async function proveDisabled(
  login: Login,
  disabled: Denial,
  expected: Expectation,
  tokens: Pick<TokenClient, 'request'>,
): Promise<Pick<ClientProof, 'checks' | 'credential'>> {
  const checks: ProofCheck[] = [];
  for (const { which, request } of requestsOf(expected)) {
    const claim = `${which} is refused: the client is disabled`;
    const answer = await tokens.request(login, expected.auth, request);
    if ('token' in answer) {
      checks.push({ claim, outcome: 'failed', detail: 'a token was issued' });
      continue;
    }
    checks.push(checkRefusal(claim, answer.refused, disabled));
    // More requests would only say so again.
    if (refusesCredential(answer.refused)) return aboutCredential(checks, answer.refused, disabled);
  }
  if (checks.length === 0) return { checks: [NOTHING_TO_ASK_FOR] };
  return { checks: [...checks, ...(checks.every(isPassed) ? [{ claim: WORKS, outcome: 'passed' as const }] : [])] };
}

const WORKS = 'the credential in the store works';

const NOTHING_TO_ASK_FOR: ProofCheck = {
  claim: 'a token is refused: the client is disabled',
  outcome: 'not-testable',
  detail: 'this target has no Api that a token could be asked for',
};

/** The tokens that it would get; of one that may call nothing, what is refused it in any case. */
function requestsOf({
  tokens,
  refusal,
}: Expectation): readonly { readonly which: string; readonly request: TokenRequest }[] {
  if (tokens.length > 0) return tokens.map((token) => ({ which: token.which, request: token }));
  return refusal === undefined ? [] : [{ which: `a token for ${refusal.what}`, request: refusal }];
}

function checkRefusal(claim: string, refused: Refusal, disabled: Denial): ProofCheck {
  if (isDenial(refused, disabled)) return { claim, outcome: 'passed' };
  const detail = `refused, but with ${describeRefusal(refused)} instead of ${disabled.status} ${disabled.error}`;
  return { claim, outcome: 'failed', detail };
}

/** A server that looks at the client first says nothing of the credential. */
function aboutCredential(
  checks: readonly ProofCheck[],
  refused: Refusal,
  disabled: Denial,
): Pick<ClientProof, 'checks' | 'credential'> {
  if (!isDenial(refused, disabled)) return { checks, credential: 'refused' };
  return { checks: [...checks, { claim: WORKS, outcome: 'not-testable', detail: NONE_ACCEPTED }] };
}

/** Why nothing is known of the credential of a client that is disabled. */
export const NONE_ACCEPTED = 'while the client is disabled no credential of it is accepted';

function isPassed({ outcome }: ProofCheck): boolean {
  return outcome === 'passed';
}
