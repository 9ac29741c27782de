import { X509Certificate } from 'node:crypto';
import { createServer } from 'node:https';
import { expect, it } from 'vitest';
import { closedUrl, listenOnLoopback } from '../../test/support/servers/listening.ts';
import { makeLocalCertificate } from '../../test/support/servers/tls-server.ts';
import { certificateEnd } from './certificate.ts';

it('certificateEnd: is what the certificate of the server says', async () => {
  const { key, cert } = await makeLocalCertificate();
  const { url, close } = await listenOnLoopback(createServer({ key, cert }), 'https');
  expect(await certificateEnd(url)).toBe(Date.parse(new X509Certificate(cert).validTo));
  expect(await certificateEnd(url.replace('localhost', '127.0.0.1'))).toBeGreaterThan(Date.now());
  await close();
});

it('certificateEnd: is not known where nothing answers', async () => {
  expect(await certificateEnd((await closedUrl()).replace('http:', 'https:'))).toBeUndefined();
});
