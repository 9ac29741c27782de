import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../model/secrets/secret.ts';
import type { Mend } from '../../../model/check.ts';
import { giveScope } from './scope-mend.ts';

function mendOf(clientId: string, scope: string): Mend {
  return giveScope(
    {
      kind: 'auth0',
      domain: 'acme.test:8443',
      auth: { clientId, clientSecret: new Secret('s') },
      onRequestScopes: 'refuse',
      requestsPerSecond: 10,
    },
    scope,
  );
}

/** What a shell hands to the second call of `jq` with a filter: programs that only say what they got. */
function filterOf({ commands }: Mend): string {
  const fakes = `auth0() { echo "$5 $7" > /dev/null; }\njq() { [ "$1" = -c ] && [ "$2" != '.[0]' ] && printf %s "$2" >&3; true; }`;
  const script = `exec 3>&1 >/dev/null\n${fakes}\n${commands.join('\n')}`;
  execFileSync('bash', ['-n', '-c', script]);
  return execFileSync('bash', ['-c', script]).toString();
}

describe('how a scope is given', () => {
  it.each(["it's", '$(touch x)', '`id`', ';id', "'; id; '", 'a b', 'read:clients'])(
    'hands the scope %j on as it is',
    (scope) => {
      expect(filterOf(mendOf('grantry', scope))).toBe(`{scope: (.scope + ["${scope}"] | unique)}`);
    },
  );

  it.each(["it's", '$(touch x)', 'a b', 'a\nb', '../A', ''])('is said in words for the application %j', (id) => {
    const { words, commands } = mendOf(id, 'read:clients');
    expect(commands).toEqual([]);
    expect(words).toMatch(/Application Access\.$/);
  });
});
