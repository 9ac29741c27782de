import type { Probe, ProbePorts } from './probe.ts';
import { isSameCredential } from '../../credentials/registry.ts';
import type { Credential } from '../../model/secrets/credential.ts';
import type { ProofCheck } from '../../model/report.ts';
import type { Denial } from '../../providers/provider.ts';
import { loginIn } from '../places/stored-credential.ts';
import type { Login } from '../places/stored-credential.ts';
import type { Expectation } from '../proof/expectation.ts';
import { NONE_ACCEPTED } from '../proof/prove-disabled.ts';
import { describeRefusal, isDenial, refusesCredential } from '../proof/token-client.ts';
import type { TokenAnswer } from '../proof/token-client.ts';
import type { RotationSubject } from './subject.ts';

const PAUSE_MS = 500;

export function probeOf({ auth, tokens, refusal, denial }: Expectation): Probe {
  const { parameters = {}, isBound = false } = tokens[0] ?? refusal ?? {};
  return { auth, parameters, isBound, denial };
}

/** The credential as it lies in the store, read as a consumer would, is accepted. */
export async function proveAccepted(path: string, probe: Probe, ports: ProbePorts): Promise<ProofCheck> {
  const claim = 'the credential in the store works';
  const place = ports.store.locate(path);
  const stored = await ports.store.read(path);
  if (stored === undefined) return { claim, outcome: 'failed', detail: `nothing lies at ${place}` };
  const login = loginIn(stored, place);
  const isShutOut = (given: TokenAnswer): boolean => saysNothing(given, probe);
  const isRight = (given: TokenAnswer): boolean => isAccepted(given, probe.denial) || isShutOut(given);
  const answer = await until(ports, isRight, () => ports.tokens.request(login, probe.auth, probe));
  if (isShutOut(answer)) return { claim, outcome: 'not-testable', detail: NONE_ACCEPTED };
  return isRight(answer) ? { claim, outcome: 'passed' } : { claim, outcome: 'failed', detail: describe(answer) };
}

/** Credentials from before are refused, by the code that RFC 6749 section 5.2 has for it, or the provider's own. */
export async function provePreviousRefused(
  { probe, rotation: { previousIsRefused: claim } }: Pick<RotationSubject, 'probe' | 'rotation'>,
  { clientId, credential: present }: Login,
  known: readonly (Credential | undefined)[],
  ports: ProbePorts,
): Promise<ProofCheck> {
  const before = known.filter((old) => old !== undefined).filter((old) => !isSameCredential(old, present));
  if (before.length === 0) return { claim, outcome: 'not-testable', detail: 'it is not known any more' };
  for (const credential of before) {
    const login = { clientId, credential };
    const answer = await until(ports, isRefused, () => ports.tokens.request(login, probe.auth, probe));
    if (saysNothing(answer, probe)) return { claim, outcome: 'not-testable', detail: NONE_ACCEPTED };
    if (!isRefused(answer)) return { claim, outcome: 'failed', detail: describe(answer) };
  }
  return { claim, outcome: 'passed' };
}

/** Asks until the answer is as it should be, or patience ends; gives the last answer. */
async function until(
  { clock, patience }: ProbePorts,
  isRight: (answer: TokenAnswer) => boolean,
  ask: () => Promise<TokenAnswer>,
): Promise<TokenAnswer> {
  const begun = clock.now();
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || clock.now() - begun >= patience) return answer;
    await clock.sleep(PAUSE_MS);
  }
}

/**
 * A token, or a refusal of what was asked for with the credential, which servers look at after it. Any other says nothing of the
 * credential: a realm that is disabled refuses everybody.
 */
function isAccepted(answer: TokenAnswer, denial: Denial): boolean {
  if ('token' in answer) return true;
  return answer.refused.status === denial.status && answer.refused.error === denial.error;
}

/** Whether a client was refused as one that is disabled, before its credential was looked at. */
function saysNothing(answer: TokenAnswer, { disabled }: Pick<Probe, 'disabled'>): boolean {
  return disabled !== undefined && isRefused(answer) && 'refused' in answer && isDenial(answer.refused, disabled);
}

/** Whether it is the credential that was refused. */
function isRefused(answer: TokenAnswer): boolean {
  return !('token' in answer) && refusesCredential(answer.refused);
}

function describe(answer: TokenAnswer): string {
  if ('token' in answer) return 'a token was issued';
  return `the token endpoint answers ${describeRefusal(answer.refused)}`;
}
