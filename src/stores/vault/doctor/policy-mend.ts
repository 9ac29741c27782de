import { shellWord } from '../../../model/text/shell-word.ts';
import type { Mend } from '../../../model/check.ts';
import { groupBy } from '../../../model/values/groups.ts';
import { productOf } from '../product.ts';
import type { VaultAuth, VaultSettings } from '../settings.ts';
import { command } from './command.ts';
import type { CommandPlace } from './command.ts';
import type { Held, TokenFacts } from './questions.ts';
import type { Demand } from './rights.ts';

/** Whose policies are to be mended. */
export interface Account {
  readonly settings: CommandPlace & Pick<VaultSettings, 'auth'>;
  /** Undefined: the token may not look itself up. */
  readonly token: TokenFacts | undefined;
}

/** As policies list them. */
const ORDER = ['create', 'update', 'patch', 'read', 'list', 'scan', 'delete', 'sudo'];

/** What the server gives a token without being asked, or what is no policy to be changed. */
const NOT_OURS = new Set(['default', 'root', 'response-wrapping']);

/** The policy of an account that has none. */
const OWN_POLICY = 'grantry';

/** The blocks of a policy that give what is missing, and keep what the account may do there already. */
export function policyBlocks(missing: readonly Demand[], held: Held): readonly string[] {
  const chosen = missing.map((demand) => ({ ...demand, policyPath: policyPathOf(demand, held) }));
  return [...groupBy(chosen, ({ policyPath }) => policyPath)].map(([path, demands]) => {
    // The longest path that fits counts alone: a block with less than the account has now would take the rest away.
    const now = demands.flatMap((demand) => held.get(demand.path) ?? []);
    const wanted = new Set([...now, ...demands.map(({ capability }) => capability)]);
    const capabilities = ORDER.filter((capability) => wanted.has(capability)).map((each) => `"${each}"`);
    return `path "${path}" { capabilities = [${capabilities.join(', ')}] }`;
  });
}

/** The widest path that is about this one as it is about others: where they differ, a longer one of its own decides. */
function policyPathOf({ path, policyPaths }: Demand, held: Held): string {
  const same = policyPaths.find(({ sample }) => String(held.get(sample)) === String(held.get(path)));
  return same?.path ?? path;
}

/** Adds blocks to a policy that the account has; where it has none, makes one and gives it to the account. */
export function mendPolicy(blocks: readonly string[], account: Account): Mend {
  const { settings, token } = account;
  const own = token?.policies.filter((policy) => !NOT_OURS.has(policy) && /^[\w.-]+$/.test(policy)) ?? [];
  const policy = own.find((name) => name.includes(OWN_POLICY)) ?? own[0];
  const [file, lines] = [`${policy ?? OWN_POLICY}.hcl`, blocks.map(shellWord).join(' ')];
  const { page } = productOf(settings);
  if (policy !== undefined) {
    // One line: a policy that could not be read must not be replaced by the new blocks alone.
    const steps = [
      command(settings, `policy read ${policy} > ${file}`),
      `printf '%s\\n' ${lines} >> ${file}`,
      command(settings, `policy write ${policy} ${file}`),
    ];
    const words = `As an administrator, add ${blocksIn(blocks)} to the policy ${policy}, which the login has. All policies for grantry are in ${page}.`;
    return { words, commands: [steps.join(' && ')] };
  }
  return {
    words: `As an administrator, put ${blocksIn(blocks)} into a policy, here ${OWN_POLICY}, and give that to the login. All policies for grantry are in ${page}.`,
    commands: [
      command(settings, `policy read ${OWN_POLICY} > ${file} || true`),
      `printf '%s\\n' ${lines} >> ${file}`,
      command(settings, `policy write ${OWN_POLICY} ${file}`),
      command(settings, handOver(settings.auth, token)),
    ],
  };
}

function blocksIn({ length }: readonly string[]): string {
  return length === 1 ? 'this block' : 'these blocks';
}

/** How a login gets a policy. One that the login has beside the server's own would be lost: there is none here. */
function handOver(auth: VaultAuth, token: TokenFacts | undefined): string {
  switch (auth.kind) {
    case 'token':
      return `token create -policy=${OWN_POLICY}`;
    case 'approle':
      return `write auth/${auth.mount}/role/${token?.role ?? 'ROLE'} token_policies=${OWN_POLICY}`;
    case 'jwt':
    case 'github':
    case 'kubernetes':
      return `write auth/${auth.mount}/role/${auth.role} token_policies=${OWN_POLICY}`;
    default:
      return auth satisfies never;
  }
}
