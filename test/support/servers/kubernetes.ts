/** A Kubernetes API server, and what tests arrange in it. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { stringify } from 'yaml';
import { z } from 'zod';
import { makeFetch } from '../../../src/platform/fetch.ts';
import { start } from './servers.ts';
import { makeLocalCertificate } from './tls-server.ts';

export interface KubernetesServer {
  /** `https://localhost:PORT` */
  readonly url: string;
  /** Of the CA that made its certificate. */
  readonly caPem: string;
  readonly adminToken: string;
  /** An administrator's certificate. */
  readonly adminCertificate: { readonly key: string; readonly cert: string };
  stop(): Promise<void>;
}

interface KubernetesAnswer {
  readonly status: number;
  readonly body: KubernetesObject;
}

const objectSchema = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().optional() }).optional(),
  data: z.record(z.string(), z.string()).optional(),
  status: z.unknown().optional(),
});
type KubernetesObject = z.infer<typeof objectSchema>;

/** How a kubeconfig reaches the server, where that is not as the server says. */
interface KubeconfigOptions {
  readonly server?: string;
  /** In the form of a kubeconfig. */
  readonly user?: Record<string, unknown>;
  readonly cluster?: Record<string, unknown>;
}

export interface TestKubernetes {
  readonly server: KubernetesServer;
  /** `path` below /api/v1/, or a whole one. Never throws for a status; without `token` it is an administrator's. */
  request(
    method: string,
    path: string,
    body?: unknown,
    options?: { token?: string; type?: string },
  ): Promise<KubernetesAnswer>;
  /** A namespace with a name of its own that begins so. */
  makeNamespace(name?: string): Promise<string>;
  /** Makes a namespace of just this name. */
  ensureNamespace(name: string): Promise<void>;
  /** A service account in a namespace that may do this there; gives its token. */
  makeAccount(namespace: string, rules: readonly Rule[]): Promise<string>;
  /** Lets the last account of a namespace do this in another one, too. */
  bindAccountOf(namespace: string, other: string, rules: readonly Rule[]): Promise<void>;
  /** The path of a kubeconfig with one context, `test`; its user is an administrator by default. */
  kubeconfig(options?: KubeconfigOptions): string;
  remove(): void;
}

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** Milliseconds that a test may take to start the server where its image has to be built first. */
export const BUILD_TIMEOUT = 1_800_000;

/** The image that scripts/images makes: only tests that need it have it made. */
function imageName(): string {
  const { KUBERNETES_IMAGE: given } = process.env;
  if (given !== undefined && given !== '') return given;
  const printed = execFileSync(process.execPath, ['scripts/images/build.mjs', 'kubernetes'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return /^KUBERNETES_IMAGE=(.+)$/m.exec(printed)?.[1] ?? '';
}

/** A control plane of its own, without controllers: a deleted namespace, say, stays as it is. */
export async function startKubernetes(flags: readonly string[] = []): Promise<KubernetesServer> {
  const image = imageName();
  const certificate = await makeLocalCertificate();
  const adminToken = randomBytes(18).toString('base64url');
  const signing = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const files = {
    'server.crt': certificate.cert,
    'server.key': certificate.key,
    'ca.crt': certificate.caPem,
    'accounts.pub': signing.publicKey,
    'accounts.key': signing.privateKey,
    'tokens.csv': `${adminToken},admin,admin,"system:masters"\n`,
  };
  const container = await start(
    'Kubernetes',
    image,
    new GenericContainer(image)
      .withCopyContentToContainer(
        Object.entries(files).map(([name, content]) => ({ content, target: `/etc/kubernetes/${name}` })),
      )
      .withCommand([
        '--bind-address=0.0.0.0',
        '--advertise-address=127.0.0.1',
        '--endpoint-reconciler-type=none',
        '--secure-port=6443',
        '--tls-cert-file=/etc/kubernetes/server.crt',
        '--tls-private-key-file=/etc/kubernetes/server.key',
        '--client-ca-file=/etc/kubernetes/ca.crt',
        '--token-auth-file=/etc/kubernetes/tokens.csv',
        '--service-account-key-file=/etc/kubernetes/accounts.pub',
        '--service-account-signing-key-file=/etc/kubernetes/accounts.key',
        '--service-account-issuer=https://localhost:6443',
        '--service-cluster-ip-range=10.96.0.0/24',
        '--authorization-mode=RBAC',
        // There is no controller that would make the default account of a namespace.
        '--disable-admission-plugins=ServiceAccount',
        ...flags,
      ])
      .withExposedPorts(6443)
      .withWaitStrategy(Wait.forHttp('/readyz', 6443).usingTls().allowInsecure()),
  );
  const url = `https://localhost:${container.getMappedPort(6443)}`;
  const stop = async (): Promise<void> => void (await container.stop());
  const adminCertificate = await certificate.issue({ commonName: 'admin', organizationName: 'system:masters' });
  return { url, caPem: certificate.caPem, adminToken, adminCertificate, stop };
}

/** A letter goes first: `s-1` and the like are secrets of tests, which are hidden wherever they come up. */
const fresh = (name: string): string => `${name}-t${randomBytes(4).toString('hex')}`;

export function createKubernetes(server: KubernetesServer): TestKubernetes {
  const fetch = makeFetch({}, { tls: { ca: server.caPem } });
  const folder = mkdtempSync(join(tmpdir(), 'grantry-kubeconfig-'));

  const request: TestKubernetes['request'] = async (method, path, body, { token = server.adminToken, type } = {}) => {
    const response = await fetch(`${server.url}${path.startsWith('/') ? '' : '/api/v1/'}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': type ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: objectSchema.parse(JSON.parse(await response.text())) };
  };
  const must = async (method: string, path: string, body: unknown): Promise<KubernetesObject> => {
    const answer = await request(method, path, body);
    if (answer.status >= 300) throw new Error(`Kubernetes ${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const makeNamed = async (name: string): Promise<void> => {
    const answer = await request('POST', 'namespaces', { metadata: { name } });
    if (answer.status !== 201 && answer.status !== 409) throw new Error(`no namespace ${name}: ${answer.status}`);
  };
  const bind = async (namespace: string, name: string, home: string, rules: readonly Rule[]): Promise<void> => {
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    await must('POST', `${rbac}/roles`, { metadata: { name }, rules });
    await must('POST', `${rbac}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name, namespace: home }],
    });
  };
  const accounts = new Map<string, string>();
  return {
    server,
    request,
    makeNamespace: async (name = 'test') => {
      const own = fresh(name);
      await makeNamed(own);
      return own;
    },
    ensureNamespace: makeNamed,
    makeAccount: async (namespace, rules) => {
      const name = fresh('account');
      accounts.set(namespace, name);
      await must('POST', `namespaces/${namespace}/serviceaccounts`, { metadata: { name } });
      await bind(namespace, name, namespace, rules);
      const { status } = await must('POST', `namespaces/${namespace}/serviceaccounts/${name}/token`, { spec: {} });
      return z.object({ token: z.string() }).parse(status).token;
    },
    bindAccountOf: (namespace, other, rules) => bind(other, accounts.get(namespace) ?? '', namespace, rules),
    kubeconfig: ({ server: url = server.url, user = { token: server.adminToken }, cluster = {} } = {}) => {
      const file = join(folder, `${fresh('kubeconfig')}.yaml`);
      const ca = Buffer.from(server.caPem).toString('base64');
      const tls = url.startsWith('https:') ? { 'certificate-authority-data': ca } : {};
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [{ name: 'cluster', cluster: { server: url, ...tls, ...cluster } }],
        contexts: [{ name: 'test', context: { cluster: 'cluster', user: 'user' } }],
        users: [{ name: 'user', user }],
      };
      writeFileSync(file, stringify(config), { mode: 0o600 });
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
