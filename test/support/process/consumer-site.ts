/** A site whose clients are used by the examples for consumers, and what happens to their secrets. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { z } from 'zod';
import { exitedWith } from './cli.ts';
import type { RecordedRequest } from '../servers/counting-proxy.ts';
import { listenOnLoopback } from '../servers/listening.ts';
import { Site } from './site.ts';

const documentSchema = z.record(z.string(), z.string());
export type ConsumerDocument = z.infer<typeof documentSchema>;

export function makeSecret(): string {
  return randomBytes(32).toString('base64url');
}

export class ConsumerSite {
  readonly site: Site;
  /** May read the documents of the team, and nothing else. */
  readonly vaultToken: string;
  readonly tokenFile: string;

  private constructor(site: Site, vaultToken: string, tokenFile: string) {
    this.site = site;
    this.vaultToken = vaultToken;
    this.tokenFile = tokenFile;
  }

  /** Applies the manifests; their clients' documents are to lie in the folder `team`. */
  static async open(manifests: string): Promise<ConsumerSite> {
    const site = await Site.open();
    site.declare(manifests);
    exitedWith(0, await site.run('apply -t dev --auto-approve'));
    const policy = `${site.vault.mount}-consumer`;
    await site.vault.writePolicy(policy, `path "${site.vault.mount}/data/m2m/team/*" { capabilities = ["read"] }`);
    const vaultToken = await site.vault.createToken({ policies: [policy] });
    const tokenFile = join(site.folder, 'vault-token');
    writeFileSync(tokenFile, `${vaultToken}\n`);
    return new ConsumerSite(site, vaultToken, tokenFile);
  }

  close(): Promise<void> {
    return this.site.close();
  }

  /** What the examples need in their environment. */
  env(client: string): Record<string, string> {
    return {
      VAULT_ADDR: this.site.store.url,
      VAULT_TOKEN_FILE: this.tokenFile,
      CREDENTIAL: this.#place(client),
    };
  }

  /** A folder that holds the document as the kubelet mounts a Secret: links to the files of a folder that is replaced as a whole. */
  mountedSecret(name: string, document: Readonly<Record<string, string>>): string {
    const folder = join(this.site.folder, name);
    const content = `..${Date.now()}`;
    mkdirSync(join(folder, content), { recursive: true });
    symlinkSync(content, join(folder, '..data'));
    for (const [key, value] of Object.entries(document)) {
      writeFileSync(join(folder, content, key), value);
      symlinkSync(join('..data', key), join(folder, key));
    }
    return folder;
  }

  /** Writes a file in the site's folder; its path. */
  file(name: string, text: string): string {
    const path = join(this.site.folder, name);
    writeFileSync(path, text);
    return path;
  }

  #place(client: string): string {
    return `${this.site.vault.mount}/data/m2m/team/${client}`;
  }

  async readDocument(client: string): Promise<ConsumerDocument> {
    const { body } = await this.site.vault.request('GET', this.#place(client));
    return documentSchema.parse(body?.data?.['data']);
  }

  async writeDocument(client: string, data: ConsumerDocument): Promise<void> {
    const { status } = await this.site.vault.request('POST', this.#place(client), { data });
    if (status !== 200) throw new Error(`Vault answers ${status}`);
  }

  /** Sets the secret at the provider, as a rotation without an overlap does. */
  async setSecret(clientId: string, secret: string): Promise<void> {
    await this.#update(clientId, { secret });
  }

  /** Of the tokens of this client. */
  async setLifetime(clientId: string, seconds: number): Promise<void> {
    const [client] = await this.site.realm.admin.clients.find({ clientId });
    const attributes = { ...client?.attributes, 'access.token.lifespan': String(seconds) };
    await this.#update(clientId, { attributes });
  }

  async #update(clientId: string, changes: object): Promise<void> {
    const [client] = await this.site.realm.admin.clients.find({ clientId });
    await this.site.realm.admin.clients.update({ id: client?.id ?? '' }, { ...client, ...changes });
  }

  /** A secret that somebody has Keycloak make. */
  async regenerate(clientId: string): Promise<void> {
    const [client] = await this.site.realm.admin.clients.find({ clientId });
    await this.site.realm.admin.clients.generateNewClientSecret({ id: client?.id ?? '' });
  }

  /** What the token endpoint answered since the site was reset. */
  statuses(): (number | undefined)[] {
    return this.site.keycloak.requests.filter(isForToken).map(({ status }) => status);
  }

  /** How often a document was asked for since the site was reset. */
  readings(): number {
    return this.site.store.requests.filter(({ path }) => path.includes('/data/m2m/team/')).length;
  }

  /** An API that checks tokens for this audience as one does. */
  async startApi(audience: string): Promise<TestApi> {
    const issuer = `${this.site.keycloak.url}/realms/${this.site.realm.name}`;
    const keys = createRemoteJWKSet(new URL(`${issuer}/protocol/openid-connect/certs`));
    const seen = new Set<string>();
    let distrusted = new Set<string>();
    const server = createServer((request, response) => {
      const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
      seen.add(token);
      jwtVerify(token, keys, { issuer, audience })
        .then(() => response.writeHead(distrusted.has(token) ? 401 : 200).end())
        .catch(() => response.writeHead(401).end());
    });
    const { url, close } = await listenOnLoopback(server);
    return { url, close, distrust: () => void (distrusted = new Set(seen)) };
  }
}

function isForToken({ path }: RecordedRequest): boolean {
  return path.endsWith('/protocol/openid-connect/token');
}

export interface TestApi {
  readonly url: string;
  /** Takes no token any more that it has seen up to now. */
  distrust(): void;
  close(): Promise<void>;
}
