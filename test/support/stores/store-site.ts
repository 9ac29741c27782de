/** A realm of its own, the built CLI, and whatever stores a test gives to its Target. Keeps all that was printed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import { filesUnder, findLeaks } from '../leak-search.ts';
import type { Leak } from '../leak-search.ts';
import { runCli } from '../process/cli.ts';
import type { CliResult } from '../process/cli.ts';
import { startCountingProxy } from '../servers/counting-proxy.ts';
import type { CountingProxy } from '../servers/counting-proxy.ts';
import { createRealm } from '../servers/realm.ts';
import type { ServiceAccount, TestRealm } from '../servers/realm.ts';
import type { TestStore } from './test-store.ts';

/** Which stores a Target names. */
export interface NamedStores {
  readonly store: TestStore;
  readonly formerStore?: TestStore;
}

interface Parts {
  readonly realm: TestRealm;
  readonly keycloak: CountingProxy;
  readonly account: ServiceAccount;
}

export class StoreSite {
  readonly realm: TestRealm;
  /** In front of Keycloak; the Target names it. */
  readonly keycloak: CountingProxy;
  readonly #account: ServiceAccount;
  /** Working directory of the CLI; `manifests/` is in it. */
  readonly #folder = mkdtempSync(join(tmpdir(), 'grantry-stores-'));
  readonly #printed: string[] = [];
  #env: Readonly<Record<string, string>> = {};

  private constructor({ realm, keycloak, account }: Parts) {
    [this.realm, this.keycloak, this.#account] = [realm, keycloak, account];
    mkdirSync(join(this.#folder, 'manifests'));
  }

  static async open(): Promise<StoreSite> {
    const realm = await createRealm(inject('keycloak'));
    const account = await realm.serviceAccount(['manage-clients', 'manage-users', 'manage-realm']);
    return new StoreSite({ realm, account, keycloak: await startCountingProxy(realm.url) });
  }

  async close(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await Promise.all([this.keycloak.close(), this.realm.remove()]);
  }

  /** Replaces the manifests, and the Target called `dev`. */
  declare(manifests: string, { store, formerStore }: NamedStores): void {
    const auth = { clientId: this.#account.clientId, clientSecret: '${env:KEYCLOAK_SECRET}' };
    const spec = {
      stack: 'acme',
      provider: { keycloak: { url: this.keycloak.url, realm: this.realm.name, auth } },
      store: { [store.kind]: store.spec },
      ...(formerStore === undefined ? {} : { formerStore: { [formerStore.kind]: formerStore.spec } }),
      rotate: { overlap: '48h' },
    };
    const target = { apiVersion: 'grantry/v1', kind: 'Target', metadata: { name: 'dev' }, spec };
    writeFileSync(join(this.#folder, 'manifests/all.yaml'), manifests);
    writeFileSync(join(this.#folder, 'manifests/target.yaml'), JSON.stringify(target));
    this.#env = { KEYCLOAK_SECRET: this.#account.clientSecret, ...formerStore?.env, ...store.env };
  }

  async run(args: string): Promise<CliResult> {
    const result = await runCli(args.split(' '), { cwd: this.#folder, env: this.#env });
    this.#printed.push(result.stdout, result.stderr);
    return result;
  }

  /** Where any of these secrets occurs in what was printed, or in a file that is no store's. */
  leaksOf(secrets: readonly string[]): Leak[] {
    const printed = this.#printed.map((text, at) => ({ where: `output ${at}`, text }));
    return findLeaks([...new Set(secrets)], [...printed, ...filesUnder(this.#folder)]);
  }

  /** The status of a token request with what a consumer read. */
  async tokenWith(document: Readonly<Record<string, unknown>> | undefined): Promise<number> {
    const { client_id: id, client_secret: secret } = document ?? {};
    const basic = Buffer.from(`${encodeURIComponent(String(id))}:${encodeURIComponent(String(secret))}`);
    const response = await fetch(this.realm.tokenUrl, {
      method: 'POST',
      headers: { authorization: `Basic ${basic.toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    await response.arrayBuffer();
    return response.status;
  }

  async secretOf(clientId: string): Promise<string | undefined> {
    const [client] = await this.realm.admin.clients.find({ clientId });
    return client?.secret;
  }
}
