/** An https server in front of an upstream, with a certificate of a private CA. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { forward } from './counting-proxy.ts';
import { listenOnLoopback } from './listening.ts';

export interface TlsServer {
  /** `https://localhost:PORT` */
  readonly url: string;
  /** The CA's certificate, and a file with it for NODE_EXTRA_CA_CERTS. */
  readonly caPem: string;
  readonly caFile: string;
  close(): Promise<void>;
}

/** A certificate for localhost, and the private CA that made it. */
export interface LocalCertificate {
  readonly key: string;
  readonly cert: string;
  readonly caPem: string;
  /** A client's certificate by the same CA. */
  issue(subject: Readonly<Record<'commonName' | 'organizationName', string>>): Promise<{ key: string; cert: string }>;
}

export async function makeLocalCertificate(): Promise<LocalCertificate> {
  // Two CAs of one name would be taken for one.
  const name = `grantry test CA ${randomBytes(4).toString('hex')}`;
  const ca = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const own = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return {
    key: own.private,
    cert: own.cert,
    caPem: ca.cert,
    issue: async (subject) => {
      const attributes = Object.entries(subject).map(([name, value]) => ({ name, value }));
      const client = await generate(attributes, {
        keyType: 'ec',
        algorithm: 'sha256',
        ca: { key: ca.private, cert: ca.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'extKeyUsage', clientAuth: true },
        ],
      });
      return { key: client.private, cert: client.cert };
    },
  };
}

export async function startTlsServer(upstream: string): Promise<TlsServer> {
  const { key, cert, caPem } = await makeLocalCertificate();
  const server = createServer({ key, cert }, (incoming, outgoing) => {
    const host = incoming.headers.host ?? 'localhost';
    // Keycloak behind a proxy names its issuer after these.
    const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': host };
    forward(upstream, incoming.method ?? 'GET', incoming, { extraHeaders: headers }).then(
      (answer) => outgoing.writeHead(answer.status, answer.headers).end(answer.body),
      () => incoming.socket.destroy(),
    );
  });
  const folder = mkdtempSync(join(tmpdir(), 'grantry-ca-'));
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, caPem);
  const { url, close } = await listenOnLoopback(server, 'https');
  return {
    url,
    caPem,
    caFile,
    close: async () => {
      rmSync(folder, { recursive: true, force: true });
      await close();
    },
  };
}
