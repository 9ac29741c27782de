import { errors } from 'jose';
import { isHeldByWorkload } from '../../credentials/registry.ts';
import { addressOf } from '../../model/address.ts';
import { CREDENTIAL_IN_STORE } from '../../model/report.ts';
import type { ClientProof, ProofCheck } from '../../model/report.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../../stores/store.ts';
import { loginIn } from '../places/stored-credential.ts';
import type { Login } from '../places/stored-credential.ts';
import { checkClaims } from './claims.ts';
import type { Expectation } from './expectation.ts';
import type { ExpectedToken } from './expected-tokens.ts';
import { proveDisabled } from './prove-disabled.ts';
import { REFUSAL_UNPROVEN, proveEvaluated, unprovenLogin, workloadLogin } from './prove-workload.ts';
import type { WorkloadLogin, WorkloadPorts } from './prove-workload.ts';
import { describeRefusal, isDenial, refusesCredential } from './token-client.ts';
import type { Refusal, TokenClient, VerifiedToken } from './token-client.ts';
import { checkForm, proveUnboundRefused } from './form.ts';

export interface ProofPorts {
  readonly store: Pick<Store, 'read' | 'locate'>;
  readonly tokens: TokenClient;
  readonly clock: Clock;
  readonly workload?: WorkloadPorts | undefined;
}

/**
 * Proves with real tokens, asked for with the credential that lies in the store, that a client works and can do
 * exactly what it was granted. Throws when a server cannot be reached: that proves nothing.
 */
export async function proveClient(expected: Expectation, ports: ProofPorts): Promise<ClientProof> {
  const started = ports.clock.now();
  const stored = await ports.store.read(expected.path);
  const place = ports.store.locate(expected.path);
  const shown =
    stored === undefined
      ? missingCredential(place, expected)
      : await proveWith(loginIn(stored, place), expected, ports);
  return {
    address: addressOf('Client', expected.client),
    place,
    storeVersion: stored?.version,
    ...shown,
    // What was found first: it may be the cause of the rest.
    checks: [...expected.found, ...shown.checks],
    duration: ports.clock.now() - started,
  };
}

type Shown = Pick<ClientProof, 'checks' | 'credential'>;

function missingCredential(place: string, { mayLackCredential }: Pick<Expectation, 'mayLackCredential'>): Shown {
  const claim = CREDENTIAL_IN_STORE;
  if (mayLackCredential === true) {
    const detail = 'its owner keeps it (credential.deliver: false), so no token can be asked for';
    return { checks: [{ claim, outcome: 'not-testable', detail }], credential: 'kept' };
  }
  return { checks: [{ claim, outcome: 'failed', detail: `nothing lies at ${place}` }], credential: 'missing' };
}

async function proveWith(login: Login, expected: Expectation, ports: ProofPorts): Promise<Shown> {
  const workload = workloadLogin(login, ports.workload ?? {});
  if (workload !== undefined) return proveWorkload(workload, expected, ports);
  if (expected.disabled !== undefined) return proveDisabled(login, expected.disabled, expected, ports.tokens);
  const checks: ProofCheck[] = [];
  let token: string | undefined;
  for (const wanted of expected.tokens) {
    const proven = await proveToken(login, expected, wanted, ports);
    checks.push(...proven.checks);
    // Where the credential does not work at all, more requests would only say so again.
    if (proven.token === undefined && token === undefined) return { checks, ...aboutCredential(proven.refused) };
    token = proven.token ?? token;
  }
  checks.push(...(await proveUnboundRefused(login, expected, ports.tokens)));
  const { refused, ...beyond } = await proveRefusal(login, expected, ports);
  checks.push(...beyond.checks);
  if (token !== undefined) checks.push(...(await proveIntrospection(token, expected, ports)));
  return { checks, ...(expected.tokens.length === 0 ? aboutCredential(refused) : {}) };
}

/** One real token where the run has one of the workload; all else is worked out. */
async function proveWorkload(login: WorkloadLogin, expected: Expectation, ports: ProofPorts): Promise<Shown> {
  const { workload = {} } = ports;
  const { disabled } = expected;
  const [first, ...others] = expected.tokens;
  if (login.credential.assertion === undefined || first === undefined) {
    const evaluated = await proveEvaluated(login.clientId, expected.tokens, workload);
    return { checks: [...evaluated, unprovenLogin(login, disabled !== undefined)] };
  }
  if (disabled !== undefined) return proveDisabled(login, disabled, { ...expected, tokens: [first] }, ports.tokens);
  const { checks, token, refused } = await proveToken(login, expected, first, ports);
  if (token === undefined) return { checks, ...aboutCredential(refused) };
  const introspection = await proveIntrospection(token, expected, ports);
  const evaluated = await proveEvaluated(login.clientId, others, workload);
  return { checks: [...checks, ...evaluated, REFUSAL_UNPROVEN, ...introspection] };
}

function aboutCredential(refused: Refusal | undefined): Pick<Shown, 'credential'> {
  return refused !== undefined && refusesCredential(refused) ? { credential: 'refused' } : {};
}

interface ProvenToken {
  readonly token: string | undefined;
  /** Why there is none. */
  readonly refused?: Refusal;
  readonly checks: readonly ProofCheck[];
}

async function proveToken(
  login: Login,
  { auth }: Expectation,
  wanted: ExpectedToken,
  { tokens }: ProofPorts,
): Promise<ProvenToken> {
  const { which, claim } = wanted;
  const answer = await tokens.request(login, auth, wanted);
  if ('refused' in answer) {
    return {
      token: undefined,
      refused: answer.refused,
      checks: [{ claim, outcome: 'failed', detail: `the token endpoint answers ${describeRefusal(answer.refused)}` }],
    };
  }
  const signature = `${which} is signed by the issuer`;
  const found = await verified(answer.token, tokens);
  if (typeof found === 'string') {
    return {
      token: undefined,
      checks: [
        { claim, outcome: 'passed' },
        { claim: signature, outcome: 'failed', detail: found },
      ],
    };
  }
  return {
    token: answer.token,
    checks: [
      { claim, outcome: 'passed' },
      { claim: signature, outcome: 'passed' },
      ...checkForm(found, wanted, {
        type: answer.type,
        thumbprint: wanted.isBound ? await tokens.thumbprint() : undefined,
      }),
      ...checkClaims(found.payload, wanted, login.clientId),
    ],
  };
}

/** What it says, or why the token is not to be trusted. */
async function verified(token: string, tokens: TokenClient): Promise<VerifiedToken | string> {
  try {
    return await tokens.verify(token);
  } catch (error) {
    if (error instanceof errors.JOSEError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

async function proveRefusal(
  login: Login,
  { refusal, auth, tokens: expected }: Expectation,
  { tokens }: ProofPorts,
): Promise<{ readonly checks: readonly ProofCheck[]; readonly refused?: Refusal }> {
  if (refusal === undefined) {
    const claim = 'a scope that was not granted is refused';
    const detail = 'this target has no scope that the client was not granted';
    return { checks: [{ claim, outcome: 'not-testable', detail }] };
  }
  const claim = `${refusal.what}, which was not granted, is refused`;
  const answer = await tokens.request(login, auth, refusal);
  if ('token' in answer) return { checks: [{ claim, outcome: 'failed', detail: 'a token was issued' }] };
  const { refused } = answer;
  const asItShould = isDenial(refused, refusal);
  const found = describeRefusal(refused);
  const detail = `refused, but with ${found} instead of ${refusal.status} ${refusal.error}`;
  const checks = [
    // Nothing else shows it of a client that gets no token: a wrong credential is refused in another way.
    ...(expected.length === 0 ? [works(asItShould, `the token endpoint answers ${found}`)] : []),
    asItShould ? { claim, outcome: 'passed' as const } : { claim, outcome: 'failed' as const, detail },
  ];
  return { checks, refused };
}

function works(does: boolean, detail: string): ProofCheck {
  const claim = 'the credential in the store works';
  return does ? { claim, outcome: 'passed' } : { claim, outcome: 'failed', detail };
}

async function proveIntrospection(token: string, expected: Expectation, ports: ProofPorts): Promise<ProofCheck[]> {
  const checks = expected.introspectors.map(async ({ api, client, path, auth, isDisabled }): Promise<ProofCheck> => {
    const claim = `${client} can introspect its tokens for ${api}`;
    if (isDisabled) return { claim, outcome: 'not-testable', detail: `${client} is disabled` };
    if (isHeldByWorkload(auth))
      return { claim, outcome: 'not-testable', detail: `${client} logs in with a token of its workload` };
    const stored = await ports.store.read(path);
    if (stored === undefined) {
      return { claim, outcome: 'failed', detail: `the credential of ${client} is not in the store` };
    }
    const login = loginIn(stored, ports.store.locate(path));
    const active = await ports.tokens.introspect(token, login, auth);
    if (active === true) return { claim, outcome: 'passed' };
    const detail = active === false ? 'the token is not active for it' : `refused: ${describeRefusal(active)}`;
    return { claim, outcome: 'failed', detail };
  });
  return Promise.all(checks);
}
