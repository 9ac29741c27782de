/** The servers that `grantry demo --keep` left running, used as its last words say. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminClient } from '../servers/realm.ts';
import { runCli } from './cli.ts';
import { previousSecretsOf, secretsOfKeycloak, secretsOfVault } from '../secrets-held.ts';

export interface KeptDemo {
  /** The administrator's password and the root token, which the environment of the docker command and the servers holds. */
  readonly credentials: readonly string[];
  /** Every client secret that Keycloak and Vault hold now. */
  secrets(): Promise<string[]>;
  /** Those that Keycloak keeps valid after a rotation, in the attribute client.secret.rotated. */
  previousSecrets(): Promise<string[]>;
  /** Gives a client a new secret, as an administrator by hand. */
  regenerate(clientId: string): Promise<void>;
  /** Runs grantry in the working directory of the demo; all that it wrote. */
  run(args: readonly string[]): Promise<string>;
}

/** `folder` is where the demo made its working directory. */
export function openKept(folder: string): KeptDemo {
  const [name = ''] = readdirSync(folder);
  const directory = join(folder, name);
  const env = sourceEnvironment(directory);
  const target = readFileSync(join(directory, 'target.yaml'), 'utf8');
  const keycloak = { url: /^ +url: (.+)$/m.exec(target)?.[1] ?? '', username: 'admin', password: env.adminPassword };
  const vault = { url: /^ +address: (.+)$/m.exec(target)?.[1] ?? '', rootToken: env.VAULT_TOKEN };
  const { VAULT_TOKEN, GRANTRY_KEYCLOAK_SECRET } = env;
  return {
    credentials: [env.adminPassword, env.VAULT_TOKEN],
    secrets: async () => [...(await secretsOfKeycloak(await adminClient(keycloak))), ...(await secretsOfVault(vault))],
    previousSecrets: async () => previousSecretsOf(await adminClient(keycloak)),
    regenerate: async (clientId) => {
      const admin = await adminClient(keycloak, 'acme');
      const [client] = await admin.clients.find({ clientId });
      await admin.clients.generateNewClientSecret({ id: client?.id ?? '' });
    },
    run: async (args) => {
      const result = await runCli(args, { cwd: directory, env: { VAULT_TOKEN, GRANTRY_KEYCLOAK_SECRET } });
      return result.stdout + result.stderr;
    },
  };
}

/** What is to be removed, by the last words. */
export function containersIn(stdout: string): string[] {
  return /^ +docker rm -f -v (.+)$/m.exec(stdout)?.[1]?.split(' ') ?? [];
}

function sourceEnvironment(cwd: string): Record<'adminPassword' | 'VAULT_TOKEN' | 'GRANTRY_KEYCLOAK_SECRET', string> {
  const script = `. ./env.sh; printf '%s\\n' "$KEYCLOAK_ADMIN_PASSWORD" "$VAULT_TOKEN" "$GRANTRY_KEYCLOAK_SECRET"`;
  const lines = execFileSync('sh', ['-c', script], { cwd, encoding: 'utf8' }).split('\n');
  const [adminPassword = '', VAULT_TOKEN = '', GRANTRY_KEYCLOAK_SECRET = ''] = lines;
  return { adminPassword, VAULT_TOKEN, GRANTRY_KEYCLOAK_SECRET };
}
