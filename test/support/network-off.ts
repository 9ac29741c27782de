/** Unit tests talk to nobody: a connection to anything but this machine's loopback is a failure that says so. */
import { Socket } from 'node:net';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;
// Taken as a plain value: it is always applied to the socket in question.
const connect = Reflect.get(Socket.prototype, 'connect');

Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]): unknown {
  const first: unknown = Array.isArray(args[0]) ? args[0][0] : args[0];
  const host = typeof first === 'object' && first !== null && 'host' in first ? first.host : args[1];
  if (typeof host === 'string' && !LOOPBACK.test(host)) {
    throw new Error(`unit tests run with the network off; something connects to ${host}`);
  }
  return Reflect.apply(connect, this, args);
});
