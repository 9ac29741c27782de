import type { CheckResult } from '../../../model/check.ts';
import { ALL_PURPOSES, fine, found } from '../../checks.ts';
import type { Check } from '../../checks.ts';
import type { Access } from './reviews.ts';

/** Whether the login could do everything there. */
export async function checkMight(namespace: string, ask: (access: Access) => Promise<boolean>): Promise<CheckResult> {
  const check: Check = { id: 'login-might', purposes: ALL_PURPOSES, title: 'the login can do no more than it needs' };
  if (!(await ask({ namespace, verb: '*', resource: '*' }))) return fine(check);
  return found(check, {
    kind: 'risk',
    what: `The login may do everything in the namespace ${namespace}`,
    why: 'Who gets hold of it in CI can run what they like there.',
    mend: {
      words:
        'Give grantry a service account with a Role of its own, in each namespace that it delivers to: docs/kubernetes.md.',
      commands: [
        'kubectl create namespace grantry',
        'kubectl create serviceaccount grantry -n grantry',
        'kubectl apply -f docs/kubernetes-role.yaml',
      ],
    },
  });
}
