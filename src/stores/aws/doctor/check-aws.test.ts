import { describe, expect, it } from 'vitest';
import { portsOver } from '../../../../test/support/servers/ports-over.ts';
import { desiredAt } from '../../../../test/support/stores/desired-at.ts';
import { commandsOf } from '../../../../test/support/stores/findings.ts';
import { Secret } from '../../../model/secrets/secret.ts';
import type { AwsSettings } from '../settings.ts';
import { checkAws } from './check-aws.ts';

const SETTINGS: AwsSettings = {
  kind: 'aws',
  region: 'eu-central-1',
  endpoint: 'https://aws.test',
  prefix: '',
  kmsKeyId: undefined,
  tags: {},
};
const ARN = 'arn:aws:secretsmanager:eu-central-1:ACCOUNT:secret:';

/** What is recommended to a login that may do nothing. */
async function commandsFor(prefix: string, paths: readonly string[]): Promise<readonly string[]> {
  const body = { __type: 'AccessDeniedException', message: 'no' };
  const results = await checkAws(
    {
      settings: { ...SETTINGS, prefix },
      api: { describe: async () => undefined },
      send: async () => ({ status: 400, headers: new Headers(), body, format: 'json' }),
      login: async () => ({ accessKeyId: 'a', secretAccessKey: new Secret('canary'), sessionToken: undefined }),
      ports: portsOver(async () => new Response('', { status: 500 }), { env: {}, random: () => 0 }),
    },
    desiredAt(paths),
  );
  return commandsOf(results);
}

describe('checkAws', () => {
  it('recommends nothing for secrets of others where there is no prefix', async () => {
    const commands = await commandsFor('', ['orders', 'team/stock']);
    const all = commands.join('\n');
    expect(all).not.toContain(':secret:*');
    const read = commands.find((each) => each.includes('grantry-read-documents'));
    expect(read).toContain(
      `"Resource":["${ARN}orders","${ARN}orders-??????","${ARN}team/stock","${ARN}team/stock-??????"]`,
    );
    const simulation = commands.find((each) => each.includes('simulate-principal-policy'));
    expect(simulation).toContain(`'${ARN}orders-??????' '${ARN}team/stock-??????' --query`);
  });

  it('recommends what lies below the prefix where there is one', async () => {
    const commands = await commandsFor('m2m', ['orders']);
    expect(commands.find((each) => each.includes('grantry-read-documents'))).toContain(`"Resource":["${ARN}m2m/*"]`);
    expect(commands.find((each) => each.includes('simulate-principal-policy'))).toContain(`'${ARN}m2m/*' --query`);
  });
});
