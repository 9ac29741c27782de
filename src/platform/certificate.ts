import { isIP } from 'node:net';
import { connect } from 'node:tls';

const TIMEOUT_MS = 5000;

/**
 * Until when the certificate of an https server is valid, in milliseconds since the epoch; undefined where nobody shows one there.
 * Nothing is sent, and nothing trusted: whether the chain holds the requests themselves show.
 */
export async function certificateEnd(url: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const name = isIP(host) === 0 ? { servername: host } : {};
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      rejectUnauthorized: false,
      timeout: TIMEOUT_MS,
      ...name,
    });
    const end = (date?: string): void => {
      socket.destroy();
      const moment = Date.parse(date ?? '');
      resolve(Number.isNaN(moment) ? undefined : moment);
    };
    socket.once('secureConnect', () => end(socket.getPeerCertificate().valid_to));
    socket.once('timeout', () => end());
    socket.once('error', () => end());
  });
}
