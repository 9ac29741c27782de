import type { ProofCheck } from '../../model/report.ts';
import type { Login } from '../places/stored-credential.ts';
import type { Expectation } from './expectation.ts';
import type { ExpectedToken } from './expected-tokens.ts';
import { describeRefusal } from './token-client.ts';
import type { TokenClient, VerifiedToken } from './token-client.ts';

/** What a token of this form must be. */
export type FormOfToken = Pick<ExpectedToken, 'which' | 'isBound' | 'alg' | 'type' | 'claims'>;

/** What is known of a token beside what it says. */
interface Issued {
  /** Of the answer: `bearer` or `dpop`. */
  readonly type: string | undefined;
  /** Of the key that the request proved possession of. */
  readonly thumbprint: string | undefined;
}

/** How a token is signed, typed and bound, and its constants, as far as that was declared; pure. */
export function checkForm({ header, payload }: VerifiedToken, wanted: FormOfToken, issued: Issued): ProofCheck[] {
  const { which, isBound = false, alg, type, claims = {} } = wanted;
  return [
    ...(alg === undefined ? [] : [compare(`${which} is signed with ${alg}`, alg, header.alg)]),
    ...(type === undefined ? [] : [compare(`${which} is of the type ${type}`, type, header.typ)]),
    ...(isBound ? [checkBinding(which, payload['cnf'], issued)] : []),
    ...Object.entries(claims).map(([name, value]) =>
      compare(
        `${which} carries ${name}=${shown(value)}`,
        value,
        Object.hasOwn(payload, name) ? payload[name] : undefined,
      ),
    ),
  ];
}

function checkBinding(which: string, cnf: unknown, { type, thumbprint }: Issued): ProofCheck {
  const claim = `${which} is bound to the key of its request`;
  if (type !== 'dpop')
    return { claim, outcome: 'failed', detail: `its token_type is ${type ?? 'not known'}, not DPoP` };
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : undefined;
  if (jkt === thumbprint && thumbprint !== undefined) return { claim, outcome: 'passed' };
  const detail = jkt === undefined ? 'it names no key (cnf.jkt)' : 'its cnf.jkt is the thumbprint of another key';
  return { claim, outcome: 'failed', detail };
}

function compare(claim: string, wanted: unknown, found: unknown): ProofCheck {
  if (found === wanted) return { claim, outcome: 'passed' };
  return {
    claim,
    outcome: 'failed',
    detail: found === undefined ? 'it says nothing of that' : `it says ${shown(found)}`,
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** How servers say that a proof is missing: RFC 9449 has no code for that alone. */
const NO_PROOF: ReadonlySet<string> = new Set(['invalid_request', 'invalid_dpop_proof']);

/** Of a client whose tokens are bound: without a proof there is none. */
export async function proveUnboundRefused(
  login: Login,
  { auth, tokens: expected }: Expectation,
  tokens: Pick<TokenClient, 'request'>,
): Promise<ProofCheck[]> {
  const bound = expected.find(({ isBound }) => isBound);
  if (bound === undefined) return [];
  const claim = 'a request that proves possession of no key is refused';
  const answer = await tokens.request(login, auth, { ...bound, isBound: false });
  if ('token' in answer) return [{ claim, outcome: 'failed', detail: 'a token was issued' }];
  const { status, error } = answer.refused;
  if (status === 400 && NO_PROOF.has(error)) return [{ claim, outcome: 'passed' }];
  return [{ claim, outcome: 'failed', detail: `refused, but with ${describeRefusal(answer.refused)}` }];
}
