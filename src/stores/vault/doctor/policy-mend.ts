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

/** Adds blocks to a policy that the account has; where it is known to have none, makes one and gives it to the account. */
export function mendPolicy(blocks: readonly string[], account: Account): Mend {
  const held = account.token === undefined ? undefined : [...account.token.policies, ...account.token.ofEntity];
  const own = held?.filter((policy) => !NOT_OURS.has(policy));
  if (own?.length === 0) return makePolicy(blocks, account);
  const plain = own?.filter((policy) => /^\w[\w.-]*$/.test(policy)) ?? [];
  const policy = plain.find((name) => name.includes(OWN_POLICY)) ?? plain[0];
  return policy === undefined ? tellBlocks(blocks, account) : addTo(policy, blocks, account);
}

function addTo(policy: string, blocks: readonly string[], { settings }: Account): Mend {
  const read = `${command(settings, 'policy', 'read', policy)} > ${fileOf(policy)}`;
  return {
    words: `As an administrator, add ${blocksIn(blocks)} to the policy ${policy}, which the login has. ${allPolicies(settings)}`,
    commands: [writeAfter(read, policy, blocks, settings)],
  };
}

/** Which policy is to be changed is not known: a command would replace what the login has. */
function tellBlocks(blocks: readonly string[], { settings, token }: Account): Mend {
  return {
    words: `As an administrator, add ${blocksIn(blocks)} to a policy that the login has: ${blocks.join(' ')} ${allPolicies(settings)}`,
    commands: readRole(settings, token),
  };
}

function makePolicy(blocks: readonly string[], { settings, token }: Account): Mend {
  // In a format of our own choice: a policy that is not found in the list would be replaced.
  const list = `policies="$(${command(settings, 'policy', 'list', '-format=table')})"`;
  const read = `${command(settings, 'policy', 'read', OWN_POLICY)} > ${fileOf(OWN_POLICY)}`;
  const readIfThere = `if printf '%s\\n' "$policies" | grep -qx ${OWN_POLICY}; then ${read}; else : > ${fileOf(OWN_POLICY)}; fi`;
  const { words, commands } = handOver(settings, token);
  return {
    words: `As an administrator, put ${blocksIn(blocks)} into a policy, here ${OWN_POLICY}, and ${words} ${allPolicies(settings)}`,
    commands: [writeAfter(`${list} && ${readIfThere}`, OWN_POLICY, blocks, settings), ...commands],
  };
}

/** One line: a policy that could not be read must not be replaced by the new blocks alone. */
function writeAfter(read: string, policy: string, blocks: readonly string[], settings: CommandPlace): string {
  const file = fileOf(policy);
  const lines = blocks.map(shellWord).join(' ');
  return [read, `printf '%s\\n' ${lines} >> ${file}`, command(settings, 'policy', 'write', policy, file)].join(' && ');
}

function fileOf(policy: string): string {
  return `${policy}.hcl`;
}

function blocksIn({ length }: readonly string[]): string {
  return length === 1 ? 'this block' : 'these blocks';
}

function allPolicies(settings: CommandPlace): string {
  return `All policies for grantry are in ${productOf(settings).page}.`;
}

/** How a login gets a policy. One that the login has beside the server's own would be lost: there is none here. */
function handOver(settings: Account['settings'], token: TokenFacts | undefined): Mend {
  const { auth } = settings;
  const words = 'give that to the login.';
  switch (auth.kind) {
    case 'token':
      return { words, commands: [command(settings, 'token', 'create', `-policy=${OWN_POLICY}`)] };
    case 'approle':
    case 'kubernetes':
      return { words, commands: [command(settings, 'write', rolePath(auth, token), `token_policies=${OWN_POLICY}`)] };
    case 'jwt':
    case 'github':
      return {
        words: `add ${OWN_POLICY} to token_policies of the role. Write the role with all that the read of it shows: the server resets what a write leaves out, such as role_type.`,
        commands: readRole(settings, token),
      };
    default:
      return auth satisfies never;
  }
}

/** Shows which policies a login gets; a token by itself has no role. */
function readRole(settings: Account['settings'], token: TokenFacts | undefined): readonly string[] {
  return settings.auth.kind === 'token' ? [] : [command(settings, 'read', rolePath(settings.auth, token))];
}

function rolePath(auth: Exclude<VaultAuth, { readonly kind: 'token' }>, token: TokenFacts | undefined): string {
  return `auth/${auth.mount}/role/${auth.kind === 'approle' ? (token?.role ?? 'ROLE') : auth.role}`;
}
