import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { secretName } from '../settings.ts';
import type { AwsSettings } from '../settings.ts';
import { WRITES } from './actions.ts';
import type { Identity } from './questions.ts';

/** Secrets of a policy: a pattern below the prefix; where there is none, their own names, so that no secret of others is among them. */
export type Secrets = { readonly below: string } | { readonly names: readonly string[] };

/** What a policy is to allow. */
interface Allowed {
  /** Names the policy. */
  readonly id: string;
  readonly action: string;
  /** The secrets that it is to allow that for. */
  readonly secrets: Secrets;
}

/** Gives the user or the role a policy of its own beside those that it has. */
export function allow({ id, action, secrets }: Allowed, settings: AwsSettings, identity: Identity | undefined): Mend {
  // A listing has no resource at AWS.
  const Resource = action === 'ListSecrets' ? '*' : arnsOf(patternsOf(secrets, settings), settings, identity);
  const statement = { Effect: 'Allow', Action: [`secretsmanager:${action}`], Resource };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  const { kind, name } = principalOf(identity);
  return {
    words: `As an administrator of the account, allow it. All policies for grantry are in docs/aws.md${identity === undefined ? '; put the account and the name of the role into the command' : ''}.`,
    commands: [
      `aws iam put-${kind}-policy --${kind}-name ${shellWord(name)} --policy-name grantry-${id} --policy-document ${shellWord(policy)}`,
    ],
  };
}

/** How those who may simulate policies find out. */
export function simulation(secrets: Secrets, settings: AwsSettings, identity: Identity | undefined): Mend {
  const { kind, name } = principalOf(identity);
  const { partition, account } = ofAccount(identity, settings);
  const written = patternsOf(secrets, settings).filter((pattern) => /[*?]$/.test(pattern));
  const actions = WRITES.map((action) => `secretsmanager:${action}`).join(' ');
  return {
    words: 'Somebody who may simulate policies sees it: every line must say allowed.',
    commands: [
      `aws iam simulate-principal-policy --policy-source-arn ${shellWord(`arn:${partition}:iam::${account}:${kind}/${name}`)} --action-names ${actions} --resource-arns ${arnsOf(written, settings, identity).map(shellWord).join(' ')} --query 'EvaluationResults[].[EvalActionName,EvalDecision]' --output text`,
    ],
  };
}

/** What a stack writes to. */
export function secretsOf(settings: AwsSettings, names: readonly string[]): Secrets {
  return settings.prefix === '' ? { names } : { below: '*' };
}

/** A secret that is not there yet is asked for by its name alone. */
function patternsOf(secrets: Secrets, { prefix }: AwsSettings): readonly string[] {
  if ('below' in secrets) return [secretName(prefix, secrets.below)];
  return secrets.names.flatMap((name) => [name, `${name}${SUFFIX}`]);
}

function arnsOf(patterns: readonly string[], settings: AwsSettings, identity: Identity | undefined): readonly string[] {
  const { partition, account } = ofAccount(identity, settings);
  return patterns.map((each) => `arn:${partition}:secretsmanager:${settings.region}:${account}:secret:${each}`);
}

/** AWS puts a dash and six characters behind each name. */
const SUFFIX = '-??????';

function ofAccount(identity: Identity | undefined, { region }: AwsSettings): Omit<Identity, 'arn'> {
  const partition = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
  return identity ?? { partition, account: 'ACCOUNT' };
}

/** A session of a role is called by the role: `…:assumed-role/ROLE/SESSION`. */
function principalOf(identity: Identity | undefined): { readonly kind: 'user' | 'role'; readonly name: string } {
  const [, kind = '', path = ''] = /:(user|assumed-role)\/(.+)$/.exec(identity?.arn ?? '') ?? [];
  if (kind === 'user') return { kind: 'user', name: path.split('/').at(-1) ?? path };
  return { kind: 'role', name: path.split('/')[0] || 'ROLE' };
}
