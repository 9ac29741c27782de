/** Vault's method LIST is unknown to Node's HTTP parser: it is renamed on the wire and the true name kept in a header. */
import { createServer } from 'node:net';
import { Duplex } from 'node:stream';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';

const HEADER = 'x-test-original-method';

/** A TCP server in front of the HTTP server, which must not listen itself. */
export function acceptList(http: HttpServer): Server {
  return createServer((socket) => http.emit('connection', renaming(socket)));
}

/** The HTTP server reads a socket past its JavaScript side, but not a stream that wraps one. */
function renaming(socket: Socket): Duplex {
  const wire = new Duplex({
    read: () => void socket.resume(),
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk) => {
    if (!wire.push(renameList(chunk))) socket.pause();
  });
  socket.on('end', () => wire.push(null));
  socket.on('close', () => wire.destroy());
  return wire;
}

/** A request without a body begins with a chunk of its own. */
function renameList(chunk: Buffer): Buffer {
  if (chunk.subarray(0, 5).toString('latin1') !== 'LIST ') return chunk;
  return Buffer.from(chunk.toString('latin1').replace(/^LIST (.*)\r\n/, `GET $1\r\n${HEADER}: LIST\r\n`), 'latin1');
}

export function originalMethod(incoming: IncomingMessage): string {
  const renamed = incoming.headers[HEADER];
  delete incoming.headers[HEADER];
  return typeof renamed === 'string' ? renamed : (incoming.method ?? 'GET');
}
