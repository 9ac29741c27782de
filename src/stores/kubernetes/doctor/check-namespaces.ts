import type { CheckResult } from '../../../model/check.ts';
import { shellWord } from '../../../model/text/shell-word.ts';
import { nameSome } from '../../../model/text/counting.ts';
import { ALL_PURPOSES, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import type { SecretsApi } from '../api.ts';
import { mendRoles } from './mend-role.ts';

const MOST_NAMED = 5;

/** Whether the namespaces of the Target and of the documents are there. */
export async function checkNamespaces(
  namespaces: readonly string[],
  api: Pick<SecretsApi, 'lookAtNamespace'>,
  user: string | undefined,
): Promise<readonly CheckResult[]> {
  const looked: { readonly namespace: string; readonly is: string }[] = [];
  for (const namespace of namespaces) looked.push({ namespace, is: await api.lookAtNamespace(namespace) });
  const those = (is: string): readonly string[] =>
    looked.filter((each) => each.is === is).map(({ namespace }) => namespace);
  return [checkAbsent(those('absent'), those('hidden'), user), checkTerminating(those('terminating'))];
}

function checkAbsent(absent: readonly string[], hidden: readonly string[], user: string | undefined): CheckResult {
  const check: Check = { id: 'namespaces', purposes: ALL_PURPOSES, title: 'the namespaces are there' };
  if (absent.length > 0) {
    return found(check, {
      kind: 'problem',
      what: `There is no namespace ${nameSome(absent, MOST_NAMED)}`,
      why: 'grantry makes none. They stand in spec.store.kubernetes.namespace, and in the paths of Clients.',
      mend: {
        words: 'As an administrator of the cluster, make them, or correct the names.',
        commands: absent.map((namespace) => `kubectl create namespace ${shellWord(namespace)}`),
      },
    });
  }
  if (hidden.length === 0) return fine(check);
  return found(check, {
    kind: 'unknown',
    what: `The login may not see whether there is a namespace ${nameSome(hidden, MOST_NAMED)}`,
    why: 'Without that, a missing one is found out when something is written.',
    mend: mendRoles(
      hidden.map((namespace) => ({ namespace, verb: 'get' })),
      'namespaces',
      user,
    ),
  });
}

function checkTerminating(terminating: readonly string[]): CheckResult {
  const check: Check = { id: 'namespaces-stay', purposes: ALL_PURPOSES, title: 'no namespace is being deleted' };
  if (terminating.length === 0) return fine(check);
  return found(check, {
    kind: 'problem',
    what: `The namespace ${nameSome(terminating, MOST_NAMED)} is being deleted`,
    why: 'Kubernetes takes nothing new there, and what is in it goes.',
    mend: {
      words: 'See what holds it up, wait until it is gone, and make it again; or name another one.',
      commands: terminating.map(
        (namespace) => `kubectl get namespace ${shellWord(namespace)} -o jsonpath='{.status.conditions}'`,
      ),
    },
  });
}
