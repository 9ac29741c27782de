import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { BrokenOutputs } from './broken-outputs.ts';

/** A stream whose writes fail, as those to a pipe or a file do. */
function failing(code: string): NodeJS.WriteStream {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(Object.assign(new Error(code), { code })) });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- all that is used of it
  return stream as unknown as NodeJS.WriteStream;
}

test('a reader that ended mutes its stream, and is no failure', () => {
  const broken = new BrokenOutputs();
  const stream = failing('EPIPE');
  broken.watch(stream);
  broken.write(stream, 'one');
  expect([broken.codeOf(stream), broken.failures(), broken.failed.aborted]).toEqual(['EPIPE', [], false]);
});

test('a full disk is a failure, known as soon as it is written to, and stops what is at work', () => {
  const broken = new BrokenOutputs();
  const stream = failing('ENOSPC');
  broken.watch(stream);
  broken.write(stream, 'one');
  expect(broken.failed.aborted).toBe(true);
  expect(broken.failures()).toEqual(['standard error cannot be written (ENOSPC)']);
});

test('a stream that throws is treated like one that fails', () => {
  const broken = new BrokenOutputs();
  const stream = failing('EIO');
  stream.write = () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  };
  broken.write(stream, 'one');
  expect([broken.codeOf(stream), broken.failed.aborted]).toEqual(['EIO', true]);
});
