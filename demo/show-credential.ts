import type { CommandIo } from '../src/cli/context.ts';
import { forEachTarget } from '../src/cli/targets.ts';
import { expectationsOf } from '../src/engine/proof/expectation.ts';
import type { Expectation } from '../src/engine/proof/expectation.ts';
import type { ExpectedToken } from '../src/engine/proof/expected-tokens.ts';
import { TokenClient } from '../src/engine/proof/token-client.ts';
import type { OpenTarget } from '../src/engine/run/open-target.ts';
import { GrantryError } from '../src/model/errors.ts';
import { loginIn } from '../src/engine/places/stored-credential.ts';
import type { Login } from '../src/engine/places/stored-credential.ts';
import { claimLines, documentLines } from './credential-view.ts';
import type { Stage } from './stage.ts';

/** Shows where a client's credential is and what its tokens say; never the secret, never a token. */
export async function showCredential(
  client: string,
  { target: name, targets }: { readonly target: string; readonly targets: string },
  stage: Stage,
  io: CommandIo,
): Promise<void> {
  const options = { target: [name], targets, manifests: ['manifests'], format: 'text' as const };
  await forEachTarget(options, io, {}, async (target) => {
    const [expected] = expectationsOf(target.desired, target.provider, new Set([client]));
    if (expected === undefined) throw new GrantryError('FAILED', `the example has no client ${client}`);
    const login = await showDocument(expected, target, stage, io);
    await showTokens(expected, login, target, stage);
    return 0;
  });
}

async function showDocument({ path }: Expectation, { store }: OpenTarget, stage: Stage, io: CommandIo): Promise<Login> {
  const stored = await store.read(path);
  if (stored === undefined) throw new GrantryError('FAILED', `there is no document at ${store.locate(path)}`);
  stage.print(`Its credential, where the service reads it: ${store.locate(path)}, version ${stored.version}`, '');
  stage.print(...documentLines(stored.document, io.stdout.unicode));
  return loginIn(stored, store.locate(path));
}

async function showTokens(
  { auth, tokens: expected, client }: Expectation,
  login: Login,
  { provider, ports }: OpenTarget,
  stage: Stage,
): Promise<void> {
  const tokens = new TokenClient(await provider.endpoints(), ports);
  const claimsFor = async (asked: ExpectedToken): Promise<Record<string, unknown>> => {
    const answer = await tokens.request(login, auth, asked);
    if ('refused' in answer) throw new GrantryError('FAILED', `${client} gets no token: ${answer.refused.error}`);
    return (await tokens.verify(answer.token)).payload;
  };
  const [first, second] = expected;
  if (first === undefined) return;
  stage.print('', 'With it the service gets a token from token_url, and these are its claims:', '');
  stage.print(...claimLines(await claimsFor(first)));
  const scope = second?.parameters['scope'];
  if (second === undefined || scope === undefined) return;
  stage.print('', `With scope=${scope} in the request:`, '');
  stage.print(`  "scope": ${JSON.stringify((await claimsFor(second))['scope'])}`);
}
