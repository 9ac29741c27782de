/** A site whose runs have nothing in their environment but what they log in with, and whose outputs are all looked through. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiYaml, clientYaml, yaml } from '../bench/workbench.ts';
import { filesUnder, findLeaks } from '../leak-search.ts';
import type { Leak, Suspect } from '../leak-search.ts';
import type { CliResult } from './cli.ts';
import { watchProcesses } from './process-watch.ts';
import { Site } from './site.ts';

/** An Api and a Client that calls it. */
export const MANIFESTS = yaml(
  apiYaml('stock', ['stock:read']),
  clientYaml('orders', 'access: [{api: stock, scopes: [stock:read]}]'),
);

const ROLES = ['manage-clients', 'manage-users', 'manage-realm'];

/** A document under docs/. */
export function readDoc(name: string): string {
  return readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');
}

export class OwnLoginSite {
  readonly site: Site;
  /** Where runs leave files of theirs. */
  readonly folder = mkdtempSync(join(tmpdir(), 'grantry-own-login-'));
  /** What no run may let out. */
  readonly secrets = new Set<string>();
  readonly #outputs: Suspect[] = [];

  private constructor(site: Site) {
    this.site = site;
  }

  static async open(): Promise<OwnLoginSite> {
    return new OwnLoginSite(await Site.open());
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.site.close();
  }

  /** The audience of what lets somebody in. */
  get issuer(): string {
    return `${this.site.keycloak.url}/realms/${this.site.realm.name}`;
  }

  /** A client whose service account may do what an apply takes, and that authenticates so. */
  async account(clientId: string, authentication: object): Promise<void> {
    const { realm } = this.site;
    await realm.serviceAccount(ROLES, clientId);
    const [found] = await realm.admin.clients.find({ clientId });
    await realm.admin.clients.update({ id: found?.id ?? '' }, { ...found, ...authentication });
  }

  /** From now on grantry logs in so. */
  logInBy(auth: object): void {
    this.site.declare(MANIFESTS, { stack: 'my-platform', keycloak: { auth } });
  }

  /** Runs the CLI; beside `env` it has the token for Vault. */
  async run(args: string, env: Readonly<Record<string, string>>): Promise<CliResult> {
    const running = this.site.start(args, { env: { ...env, KEYCLOAK_SECRET: '' } });
    const root = running.child.pid ?? 0;
    const watch = watchProcesses(root);
    const result = await running.done;
    this.note(`stdout of ${args}`, result.stdout);
    this.note(`stderr of ${args}`, result.stderr);
    // It was given them in its own environment.
    this.#outputs.push(...watch.stop().filter(({ where }) => where !== `environ of process ${root}`));
    return result;
  }

  /** To be looked through. */
  note(where: string, text: string): void {
    this.#outputs.push({ where, text });
  }

  /** Every secret in anything that a run let out. */
  leaks(): Leak[] {
    if (this.secrets.size === 0 || this.#outputs.length < 10) throw new Error('there is too little to look through');
    const files = [...filesUnder(this.folder), ...filesUnder(this.site.folder)];
    return findLeaks([...this.secrets], [...this.#outputs, ...files]);
  }
}

/** How a client is set up whom a token of this issuer, an identity provider by its alias, lets in. */
export function federatedBy(alias: string, subject: string): object {
  return {
    clientAuthenticatorType: 'federated-jwt',
    attributes: { 'jwt.credential.issuer': alias, 'jwt.credential.sub': subject },
  };
}
