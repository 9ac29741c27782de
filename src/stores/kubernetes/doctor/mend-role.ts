import { createHash } from 'node:crypto';
import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { groupBy } from '../../../model/values/groups.ts';

const ACCOUNT = /^system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)$/;

/** What a Role is to allow in a namespace. */
export interface Missing {
  readonly namespace: string;
  readonly verb: string;
  /** The objects that it is to be allowed for, where a Role can name them; undefined: all. */
  readonly names?: readonly string[];
}

/** Makes Roles in each namespace that allow what is missing there and no more, and binds them to the login. */
export function mendRoles(missing: readonly Missing[], resource: string, user: string | undefined): Mend {
  const groups = groupBy(missing, ({ namespace, names }) => JSON.stringify([namespace, names?.toSorted()]));
  const commands = [...groups.values()].flatMap((group) => commandsFor(group, resource, user));
  const who = user === undefined ? 'Put the name of the service account in the place of NAMESPACE:NAME.' : '';
  const words =
    'As an administrator of the cluster, give the login a Role. All Roles for grantry are in docs/kubernetes.md.';
  return { words: `${words} ${who}`.trimEnd(), commands };
}

/** `group`: of one namespace, and about the same objects. */
function commandsFor(group: readonly Missing[], resource: string, user: string | undefined): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const verbs = [...new Set(group.map(({ verb }) => verb))];
  const rule = [
    ...verbs.map((verb) => `--verb=${verb}`),
    `--resource=${resource}`,
    ...(first.names ?? []).toSorted().map((name) => `--resource-name=${name}`),
  ];
  // By what it allows, so that it is no Role that allows something else already.
  const role = `grantry-${verbs.join('-')}-${resource}-${digestOf(rule)}`;
  const place = ['-n', first.namespace];
  return [
    apply('role', role, ...place, ...rule),
    apply('rolebinding', bindingOf(role, user), ...place, `--role=${role}`, subjectOf(user)),
  ];
}

const DIGEST_LENGTH = 8;

function digestOf(rule: readonly string[]): string {
  return createHash('sha256').update(rule.join('\n')).digest('hex').slice(0, DIGEST_LENGTH);
}

/** It may be there already: then nothing happens. */
function apply(...words: readonly string[]): string {
  return `kubectl create ${words.map(shellWord).join(' ')} --dry-run=client -o yaml | kubectl apply -f -`;
}

/** Names the login, too: a binding of the same name would be taken from another one. */
function bindingOf(role: string, user: string | undefined): string {
  const [, namespace, name] = ACCOUNT.exec(user ?? '') ?? [];
  const who =
    name === undefined ? (user ?? 'login').toLowerCase().replace(/[^a-z0-9-]+/g, '-') : `${namespace}-${name}`;
  return `${role}-${who}`.slice(0, MAX_NAME).replace(/-+$/, '');
}

const MAX_NAME = 253;

function subjectOf(user: string | undefined): string {
  if (user === undefined) return '--serviceaccount=NAMESPACE:NAME';
  const [, namespace, name] = ACCOUNT.exec(user) ?? [];
  return namespace === undefined ? `--user=${user}` : `--serviceaccount=${namespace}:${name}`;
}
