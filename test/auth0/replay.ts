/** Replays recorded traffic against the emulator, one pair at a time, and judges its answers. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import { generate } from 'selfsigned';
import { apiChanges } from '../../demo/auth0/emulator/api-dates.ts';
import { startAuth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import type { Auth0Emulator } from '../../demo/auth0/emulator/emulator.ts';
import { newCredentialId } from '../../demo/auth0/emulator/ids.ts';
import { isJsonObject, textOf } from '../../demo/auth0/emulator/json.ts';
import type { Json, JsonObject } from '../../demo/auth0/emulator/json.ts';
import { findRoute, MANAGEMENT_SCOPES } from '../../demo/auth0/emulator/management/routes.ts';
import { createSigningKey, newTokenId } from '../../demo/auth0/emulator/signing-key.ts';
import type { SigningKey } from '../../demo/auth0/emulator/signing-key.ts';
import type { Switches } from '../../demo/auth0/emulator/switches.ts';
import { History, pathOf } from './history.ts';
import { byRecording } from './recorded-traffic.ts';
import type { RecordedPair } from './recorded-traffic.ts';
import { comparable, destroyedBody } from './recorder.ts';
import { ASSUMPTIONS, localCursor, seed, seedTokenRequest, TOKEN_ASSUMPTIONS } from './seed.ts';
import type { Assumption, TokenAssumption } from './seed.ts';
import { shapeDifferences, shapeOf } from './shape.ts';
import { unseenDifferences } from './unseen.ts';

export type Outcome = 'alike' | 'different' | 'not supported' | 'left out';

export interface Verdict {
  readonly pair: RecordedPair;
  readonly outcome: Outcome;
  /** Differences, or why it was left out or is not supported. */
  readonly reasons: readonly string[];
  /** The recording does not show all of the object's history: compared as far as the request decides, see unseen.ts. */
  readonly partly: boolean;
  /** It was alike only after the likeliest assumption on what the recording leaves open had failed: which one held. */
  readonly assumed?: string;
}

/**
 * Both are unsure, and a sample cannot decide them: it leaves out the requests that gave or took scopes and grants in between.
 */
const SWITCHES: Partial<Switches> = { undeclaredScopes: 'accept', removedScopeInUse: 'keep-in-grants' };
/** Longest time between a recording and the day it was first committed. */
const COMMIT_DELAY_DAYS = 120;

export async function replay(pairs: readonly RecordedPair[]): Promise<Verdict[]> {
  const bench: Bench = { signingKey: await createSigningKey(), pems: await samplePems() };
  const verdicts: Verdict[] = [];
  for (const recording of byRecording(pairs)) {
    const history = new History();
    for (const pair of recording) {
      verdicts.push(await judge(pair, history, bench));
      history.learn(pair);
    }
  }
  return verdicts;
}

interface Bench {
  readonly signingKey: SigningKey;
  readonly pems: SamplePems;
}

async function judge(pair: RecordedPair, history: History, bench: Bench): Promise<Verdict> {
  const omitted = reasonToLeaveOut(pair);
  if (omitted !== undefined) return { pair, outcome: 'left out', reasons: [omitted], partly: false };
  if (!isSupported(pair)) {
    return { pair, outcome: 'not supported', reasons: [`no ${pair.method} ${pair.pathShape}`], partly: false };
  }
  let first: Verdict | undefined;
  for (const world of possibleWorlds(pair)) {
    const verdict = await attempt(pair, history, { ...bench, ...world });
    if (verdict.outcome === 'alike') return first === undefined ? verdict : { ...verdict, assumed: describe(world) };
    first ??= verdict;
  }
  if (first === undefined) throw new Error(`no world for ${pair.sourceRecording}`);
  return first;
}

/** What a recording leaves open: on what day it was made, and how things stood that it does not show. */
interface World {
  readonly apiDate: string;
  readonly assumption: Assumption;
  readonly tokenAssumption: TokenAssumption;
}

/**
 * All that agree with what is known before the answer, the likeliest first. The state is never made from the answer to
 * anything but a GET: an answer that the emulator gives in none of these is different.
 */
function possibleWorlds(pair: RecordedPair): World[] {
  const dates = possibleDates(pair);
  const [apiDate = pair.firstSeen] = dates;
  const plain = { apiDate, assumption: 'there', tokenAssumption: 'right' } as const;
  if (pair.path === '/oauth/token') {
    return TOKEN_ASSUMPTIONS.map((tokenAssumption) => ({ ...plain, tokenAssumption }));
  }
  if (pair.method === 'GET' || pair.method === 'DELETE') return [plain];
  const others = ASSUMPTIONS.filter((assumption) => assumption !== 'there');
  return [
    ...dates.map((day) => ({ ...plain, apiDate: day })),
    ...others.map((assumption) => ({ ...plain, assumption })),
  ];
}

function describe({ apiDate, assumption, tokenAssumption }: World): string {
  return `API of ${apiDate}, what it names ${assumption}, credentials ${tokenAssumption}`;
}

function reasonToLeaveOut(pair: RecordedPair): string | undefined {
  if (pair.status === 429) return 'rate limit';
  if (pair.status >= 500) return 'server error';
  return destroyedBody(pair);
}

function isSupported({ method, path }: RecordedPair): boolean {
  if (path === '/oauth/token') return true;
  return path.startsWith('/api/v2/') && findRoute(method, path.slice('/api/v2'.length)) !== undefined;
}

/**
 * A pair was recorded some time before it was first committed. Where the API changed within that time, both its older and
 * its newer behaviour may be what was recorded.
 */
function possibleDates({ method, firstSeen }: RecordedPair): string[] {
  // What a GET answers is what was there, on whatever day it came to be.
  if (method === 'GET') return [firstSeen];
  const earliest = dayBefore(firstSeen, COMMIT_DELAY_DAYS);
  const changes = apiChanges().filter((day) => day > earliest && day <= firstSeen);
  return [firstSeen, ...changes.toReversed().map((day) => dayBefore(day, 1))];
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * 86_400_000).toISOString().slice(0, 10);
}

async function attempt(pair: RecordedPair, history: History, bench: Bench & World): Promise<Verdict> {
  const { apiDate, signingKey } = bench;
  const options = { apiDate, signingKey, switches: SWITCHES, scopes: scopesOf(pair), ...domainOf(pair) };
  const emulator = await startAuth0Emulator(options);
  try {
    if (pair.path === '/oauth/token') return await attemptToken(pair, emulator, bench);
    const token = await managementToken(emulator);
    const unseen = seed(emulator.tenant, pair, { history, assumption: bench.assumption });
    const body = withWholePems(pair, bench.pems);
    const response = await fetch(`${emulator.url}${pair.path}${queryOf(pair)}`, {
      method: pair.method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(hasBody(pair) ? { body: JSON.stringify(body) } : {}),
    });
    const incomplete = unseen || (pair.method !== 'GET' && history.hasGap(subjectOf(pair), pair));
    return compare(pair, { status: response.status, body: await bodyOf(response) }, incomplete);
  } finally {
    await emulator.close();
  }
}

/** Id of the object in the path. */
function subjectOf(pair: RecordedPair): string {
  const [, kind, id = '', part, partId] = pathOf(pair).split('/').map(decodeURIComponent);
  return kind === 'clients' && part === 'credentials' ? (partId ?? '') : id;
}

function hasBody({ method, requestBody }: RecordedPair): boolean {
  return method !== 'GET' && method !== 'DELETE' && requestBody !== null;
}

/** The recorded tenant's domain, where the request names one of its system APIs. */
function domainOf({ requestBody }: RecordedPair): { domain?: string } {
  const identifier = isJsonObject(requestBody) ? textOf(requestBody['identifier']) : '';
  const domain = /^https:\/\/([^/]+)\/(?:me|my-org|api\/v2)\/$/.exec(identifier)?.[1];
  return domain === undefined ? {} : { domain };
}

/** All scopes; where a GET was refused for the lack of some, all but these. */
function scopesOf({ method, status, responseBody }: RecordedPair): string[] {
  if (method !== 'GET' || status !== 403 || !isJsonObject(responseBody)) return [...MANAGEMENT_SCOPES];
  const missing = /expected any of: (.+)$/.exec(textOf(responseBody['message']))?.[1]?.split(/,\s*/) ?? [];
  return MANAGEMENT_SCOPES.filter((scope) => !missing.includes(scope));
}

async function managementToken({ url, domain, clientId, clientSecret }: Auth0Emulator): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      audience: `https://${domain}/api/v2/`,
    }),
  });
  const answer = await bodyOf(response);
  if (!isJsonObject(answer) || typeof answer['access_token'] !== 'string') {
    throw new Error(`no token for the replay: ${JSON.stringify(answer)}`);
  }
  return answer['access_token'];
}

function queryOf({ query }: RecordedPair): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      parameters.append(name, name === 'from' ? localCursor() : item);
    }
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

async function bodyOf(response: Response): Promise<Json> {
  const text = await response.text();
  // A defect of the emulator: reported as a difference, so that the rest is replayed.
  if (response.status === 599) return text;
  if (text === '') return null;
  const body: Json = JSON.parse(text);
  return body;
}

function compare(pair: RecordedPair, answer: { status: number; body: Json }, incomplete: boolean): Verdict {
  if (answer.status !== pair.status) {
    const said = `${answer.status} ${JSON.stringify(answer.body)}`;
    return different(pair, [`status ${pair.status} was recorded, the emulator answers ${said}`]);
  }
  const expected = comparable(pair, pair.responseBody);
  const actual = comparable(pair, answer.body);
  const cut = cutLists(pair);
  if (shapeOf(expected, cut) === shapeOf(actual, cut)) return { pair, outcome: 'alike', reasons: [], partly: false };
  if (!incomplete) return different(pair, shapeDifferences(expected, actual));
  const reasons = unseenDifferences({ path: pathOf(pair), request: pair.requestBody, expected, actual });
  return reasons.length === 0 ? { pair, outcome: 'alike', reasons: [], partly: true } : different(pair, reasons);
}

function different(pair: RecordedPair, reasons: readonly string[]): Verdict {
  return { pair, outcome: 'different', reasons, partly: false };
}

/** Paths of the lists of the answer that the collector cut. */
function cutLists({ trimmed }: RecordedPair): Set<string> {
  const paths = Object.keys(trimmed ?? {}).filter((path) => path.startsWith('res.'));
  return new Set(paths.map((path) => path.slice('res.'.length)));
}

interface SamplePems {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly certificate: string;
}

async function samplePems(): Promise<SamplePems> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { cert } = await generate([{ name: 'commonName', value: 'replay' }], { keyType: 'rsa', algorithm: 'sha256' });
  return { publicKey, privateKey, certificate: cert };
}

/** Keys and certificates that the collector or a recorder cut cannot be read: one of the same kind takes their place. */
function withWholePems({ requestBody }: RecordedPair, { publicKey, certificate }: SamplePems): Json {
  const replace = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(replace);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) =>
        key === 'pem' ? [key, textOf(item).includes('CERTIFICATE') ? certificate : publicKey] : [key, replace(item)],
      ),
    );
  };
  return replace(requestBody);
}

/** What the request says is taken to be right: the client, its secret or key, and its access to the API. */
async function attemptToken(pair: RecordedPair, emulator: Auth0Emulator, bench: Bench & World): Promise<Verdict> {
  const form = isJsonObject(pair.requestBody) ? pair.requestBody : {};
  seedTokenRequest(emulator.tenant, form, bench.tokenAssumption);
  const sent = 'client_assertion' in form ? await withRealAssertion(form, emulator, bench.pems) : form;
  const response = await fetch(`${emulator.url}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  return compare(pair, { status: response.status, body: await bodyOf(response) }, false);
}

/** The recorders replaced assertions: a new one takes its place, signed with a key that the client is given. */
async function withRealAssertion(form: JsonObject, emulator: Auth0Emulator, pems: SamplePems): Promise<JsonObject> {
  const clientId = textOf(form['client_id']);
  const client = emulator.state.clients.get(clientId);
  if (client === undefined) return form;
  const id = newCredentialId();
  emulator.state.credentials.set(id, {
    id,
    clientId,
    fields: { credential_type: 'public_key', alg: 'RS256' },
    pem: pems.publicKey,
  });
  client.fields = { ...client.fields, client_authentication_methods: { private_key_jwt: { credentials: [{ id }] } } };
  const assertion = await new SignJWT({ jti: newTokenId() })
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(`https://${emulator.domain}/`)
    .setIssuedAt()
    .setExpirationTime('3m')
    .sign(createPrivateKey(pems.privateKey));
  return { ...form, client_assertion: assertion };
}
