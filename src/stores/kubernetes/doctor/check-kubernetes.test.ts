import { expect, test } from 'vitest';
import { z } from 'zod';
import { desiredAt } from '../../../../test/support/stores/desired-at.ts';
import { commandsOf, findingOf, wordsOf } from '../../../../test/support/stores/findings.ts';
import type { CheckResult } from '../../../model/check.ts';
import type { KubernetesTransport } from '../call.ts';
import { checkKubernetes } from './check-kubernetes.ts';
import type { Examined } from './check-kubernetes.ts';

const reviewBody = z.object({
  spec: z
    .object({
      resourceAttributes: z.object({ verb: z.string(), resource: z.string(), name: z.string().optional() }),
    })
    .optional(),
});

/** A login that may do everything but what is refused: a verb, for the Secrets of these names and for all of them. */
async function check(refused: {
  readonly verb: string;
  readonly names: readonly string[];
}): Promise<readonly CheckResult[]> {
  const send: KubernetesTransport = async ({ json }) => {
    const asked = reviewBody.parse(json).spec?.resourceAttributes;
    const isNamed = asked?.name === undefined || refused.names.includes(asked.name);
    const allowed = asked?.resource !== '*' && !(asked?.verb === refused.verb && isNamed);
    const status = asked === undefined ? { userInfo: { username: 'ci' } } : { allowed };
    const headers = new Headers({ date: new Date(0).toUTCString() });
    return { status: 201, headers, body: { status }, format: 'json', server: 'https://k' };
  };
  const examined: Examined = {
    settings: { kind: 'kubernetes', namespace: 'apps', cluster: { kind: 'in-cluster' } },
    send,
    clock: { now: () => 0 },
    api: { lookAtNamespace: async () => 'there' },
  };
  return checkKubernetes(examined, desiredAt(['orders', 'stock']));
}

test.each([
  ['one of the Secrets', ['stock'], 'patch stock in apps', ['stock']],
  ['all of the Secrets', ['orders', 'stock'], 'patch secrets in apps', ['orders', 'stock']],
])('a login that may not patch %s is to get that for them by name', async (_, names, words, named) => {
  const results = await check({ verb: 'patch', names });
  expect(wordsOf(findingOf(results, 'patch-secrets'))).toContain(`The login may not ${words}\n`);
  const [role = ''] = commandsOf(results);
  expect([...role.matchAll(/--resource-name=(\S+)/g)].map(([, name]) => name)).toEqual(named);
});
