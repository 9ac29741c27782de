import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { groupBy } from '../../../model/values/groups.ts';

const ACCOUNT = /^system:serviceaccount:([a-z0-9.-]+):([a-z0-9.-]+)$/;

/** What a Role is to allow in a namespace. */
export interface Missing {
  readonly namespace: string;
  readonly verb: string;
}

/** Makes a Role in each namespace that allows what is missing there, and binds it to the login. */
export function mendRoles(missing: readonly Missing[], resource: string, user: string | undefined): Mend {
  const commands = [...groupBy(missing, ({ namespace }) => namespace)].flatMap(([namespace, here]) => {
    const verbs = [...new Set(here.map(({ verb }) => verb))];
    const role = `grantry-${verbs.join('-')}-${resource}`;
    return [
      apply(`create role ${role} -n ${namespace} --verb=${verbs.join(',')} --resource=${resource}`),
      apply(`create rolebinding ${bindingOf(role, user)} -n ${namespace} --role=${role} ${subjectOf(user)}`),
    ];
  });
  const who = user === undefined ? 'Put the name of the service account in the place of NAMESPACE:NAME.' : '';
  const words =
    'As an administrator of the cluster, give the login a Role. All Roles for grantry are in docs/kubernetes.md.';
  return { words: `${words} ${who}`.trimEnd(), commands };
}

/** It may be there already: then nothing happens. */
function apply(command: string): string {
  return `kubectl ${command} --dry-run=client -o yaml | kubectl apply -f -`;
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
  return namespace === undefined ? `--user=${shellWord(user)}` : `--serviceaccount=${namespace}:${name}`;
}
