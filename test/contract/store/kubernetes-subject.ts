import type { Store } from '../../../src/stores/store.ts';
import { pathProblem } from '../../../src/stores/kubernetes/names.ts';
import type { CountingProxy } from '../../support/servers/counting-proxy.ts';
import type { TestKubernetes } from '../../support/servers/kubernetes.ts';
import type { StoreSubject } from './store-subject.ts';

/** A value of somebody else's that is no text: no byte of UTF-8 is 0xFF. */
const NO_TEXT = Buffer.from([0xff]);

/** A Kubernetes store for the contract suite: past the store, others act as an administrator and not through the proxy. */
export async function kubernetesSubject(
  kubernetes: TestKubernetes,
  proxy: CountingProxy,
  open: () => Promise<Store>,
): Promise<StoreSubject> {
  let counted = 0;
  return {
    store: await open(),
    another: open,
    pathProblem,
    makeFolder: (folder) => kubernetes.ensureNamespace(folder),
    raw: async (path) => {
      const { status, body } = await kubernetes.request('GET', secretPath(path));
      if (status !== 200) return undefined;
      const values = Object.entries(body.data ?? {}).map(([key, value]) => [key, decode(value)]);
      const annotations = Object.entries(annotationsOf(body));
      return {
        data: values.length === 0 ? undefined : Object.fromEntries(values),
        pairs: Object.fromEntries(annotations.map(([key, value]) => [key.replace(/^grantry\//, 'grantry_'), value])),
      };
    },
    putForeign: async (path, data, pairs = {}) => {
      const [namespace = '', name = ''] = path.split('/');
      const annotations = Object.entries(pairs).map(([key, value]) => [key.replace(/^grantry_/, 'grantry/'), value]);
      const values = Object.entries(data).map(([key, value]) => [key, encode(value)]);
      const metadata = { name, annotations: Object.fromEntries(annotations) };
      await kubernetes.request('POST', `namespaces/${namespace}/secrets`, {
        metadata,
        data: Object.fromEntries(values),
      });
    },
    deleteLatest: async (path) => void (await kubernetes.request('DELETE', secretPath(path))),
    previousSecret: async (path) => {
      const { body } = await kubernetes.request('GET', secretPath(path));
      const value = body.data?.['client_secret_previous'];
      return value === undefined ? undefined : decode(value);
    },
    records: {
      remove: async (name) => {
        const [namespace = '', secret = ''] = await recordAt(name);
        await kubernetes.request('DELETE', secretPath(`${namespace}/${secret}`));
      },
      place: (name) => `/grantry.${name.replaceAll('/', '.')}`,
      kept: async () => 1,
    },
    countRequests: () => {
      const since = proxy.requests.length - counted;
      counted = proxy.requests.length;
      return since;
    },
    leftovers: async () => '',
  };

  async function recordAt(name: string): Promise<string[]> {
    return (await open()).locateRecord(name).replace('kubernetes:', '').split('/');
  }
}

function secretPath(path: string): string {
  const [namespace = '', name = ''] = path.split('/');
  return `namespaces/${namespace}/secrets/${name}`;
}

function annotationsOf(body: { readonly metadata?: Record<string, unknown> | undefined }): Record<string, string> {
  const annotations = body.metadata?.['annotations'];
  return typeof annotations === 'object' && annotations !== null
    ? Object.fromEntries(Object.entries(annotations).map(([key, value]) => [key, String(value)]))
    : {};
}

/** Text as it is; anything else as bytes that are none. */
function encode(value: unknown): string {
  const bytes =
    typeof value === 'string' ? Buffer.from(value) : Buffer.concat([NO_TEXT, Buffer.from(JSON.stringify(value))]);
  return bytes.toString('base64');
}

function decode(base64: string): unknown {
  const bytes = Buffer.from(base64, 'base64');
  return bytes[0] === NO_TEXT[0] ? JSON.parse(bytes.subarray(1).toString()) : bytes.toString();
}
