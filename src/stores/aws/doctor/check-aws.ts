import pLimit from 'p-limit';
import type { CheckResult } from '../../../model/check.ts';
import type { DesiredState } from '../../../model/desired.ts';
import { nameSome } from '../../../model/text/counting.ts';
import type { Ports } from '../../../platform/ports.ts';
import { ALL_PURPOSES, checkClock, checkEncryption, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import { serverTime } from '../api.ts';
import type { SecretsApi } from '../api.ts';
import type { AwsLogin } from '../credentials.ts';
import type { AwsSettings } from '../settings.ts';
import type { AwsTransport } from '../transport.ts';
import { furtherActions, lookAt, namesOf } from './actions.ts';
import type { Action } from './actions.ts';
import { checkPlaces } from './check-places.ts';
import { allow, secretsOf, simulation } from './policy-mend.ts';
import type { Secrets } from './policy-mend.ts';
import { ask, askIdentity } from './questions.ts';
import type { Answer, Identity } from './questions.ts';

/** What is asked, and by whom. */
export interface Examined {
  readonly settings: AwsSettings;
  readonly api: Pick<SecretsApi, 'describe'>;
  readonly send: AwsTransport;
  readonly login: AwsLogin;
  readonly ports: Ports;
}

/** Requests in flight at the same time. */
const ASKED = 8;
const MOST_NAMED = 3;

/** Asks AWS what can be asked without writing, and looks at the places; no value is read. */
export async function checkAws(examined: Examined, desired: DesiredState): Promise<readonly CheckResult[]> {
  const { settings, api, login, ports } = examined;
  const { send, serverNow } = withTime(examined.send);
  const { region, endpoint, prefix } = settings;
  const server = `AWS Secrets Manager in ${region}`;
  const identity = await askIdentity(settings, login, ports);
  const names = namesOf(prefix, desired);
  const limit = pLimit(ASKED);
  const asking = (action: Action): Promise<Asked> =>
    askAll(action, ({ name, call }) => limit(() => ask(call, name, region, send)));
  const looked = await asking(lookAt(names));
  const further = await Promise.all(furtherActions(names, namesWith('there', looked)).map(asking));
  const mayLook = namesWith('forbidden', looked).length === 0;
  const places = await checkPlaces(settings, mayLook ? api : undefined, names.documents);
  return [
    checkEncryption(server, endpoint),
    checkIdentity(identity),
    ...[looked, ...further].map((each) => checkAction(each, settings, identity)),
    unknownWrites(secretsOf(settings, [names.ledger, ...names.documents]), settings, identity),
    ...places,
    checkClock(server, serverNow(), ports.clock.now()),
  ];
}

/** The same, with AWS's clock at its last answer. */
function withTime(send: AwsTransport): { readonly send: AwsTransport; readonly serverNow: () => number | undefined } {
  let last: number | undefined;
  const timed: AwsTransport = async (call) => {
    const response = await send(call);
    last = serverTime(response.headers) ?? last;
    return response;
  };
  return { send: timed, serverNow: () => last };
}

interface Asked {
  readonly action: Action;
  /** In the order of its calls. */
  readonly answers: readonly Answer[];
}

async function askAll(action: Action, ask: (call: Action['calls'][number]) => Promise<Answer>): Promise<Asked> {
  return { action, answers: await Promise.all(action.calls.map(ask)) };
}

/** Names of the secrets that got this answer. */
function namesWith(wanted: Answer, { action, answers }: Asked): readonly string[] {
  return action.calls.flatMap(({ name }, index) => (answers[index] === wanted && name !== undefined ? [name] : []));
}

function checkIdentity(identity: Identity | undefined): CheckResult {
  const check: Check = { id: 'login-identity', purposes: ALL_PURPOSES, title: 'the login is one of its own' };
  if (identity === undefined) {
    const what = 'AWS STS does not say whose keys these are';
    const why = 'It may not be reached from here; nothing of the store depends on that.';
    const mend = { words: 'See whose they are where it can be reached.', commands: ['aws sts get-caller-identity'] };
    return found(check, { kind: 'unknown', what, why, mend });
  }
  if (!identity.arn.endsWith(':root')) return fine(check, identity.arn);
  return found(check, {
    kind: 'risk',
    what: `The keys are those of the root of the account ${identity.account}`,
    why: 'They can do everything: who gets hold of them in CI has the account.',
    mend: {
      words: 'Let CI take a role with a policy of docs/aws.md, and delete the keys of the root.',
      commands: ['aws iam list-access-keys'],
    },
  });
}

function checkAction(asked: Asked, settings: AwsSettings, identity: Identity | undefined): CheckResult {
  const { action } = asked;
  const { id, purposes, title, why } = action;
  const check: Check = { id, purposes, title };
  if (!asked.answers.includes('forbidden')) return fine(check);
  const names = namesWith('forbidden', asked);
  const on = names.length === 0 ? '' : ` on ${nameSome(names, MOST_NAMED)}`;
  const what = `The login may not take secretsmanager:${action.action}${on}`;
  const asksFor = action.calls.flatMap(({ name }) => name ?? []);
  const secrets = id === 'read-ledger' ? { below: '.grantry/ledger/*' } : secretsOf(settings, asksFor);
  const mend = allow({ id, action: action.action, secrets }, settings, identity);
  return found(check, { kind: 'problem', what, why, mend });
}

/** AWS has no question for it that whoever asks may ask. */
function unknownWrites(secrets: Secrets, settings: AwsSettings, identity: Identity | undefined): CheckResult {
  const check: Check = { id: 'write-secrets', purposes: ['apply', 'rotate'], title: 'the login may write secrets' };
  return found(check, {
    kind: 'unknown',
    what: 'Whether the login may write cannot be asked by itself',
    why: 'AWS says that only to those who may simulate policies. Nor is a KMS key of your own asked: only a use of it shows.',
    mend: simulation(secrets, settings, identity),
  });
}
