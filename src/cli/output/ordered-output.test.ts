import { describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/process/captured-io.ts';
import { OrderedOutput } from './ordered-output.ts';
import { SerialByKey } from './serial-by-key.ts';
import { withLane } from './with-lane.ts';

describe('OrderedOutput: what several write at the same time', () => {
  it('appears one after the other, and that of the first at once', () => {
    const output = new OrderedOutput(3);
    const seen: string[] = [];
    const say = (index: number, text: string): void => output.lane(index).write(() => void seen.push(text));
    say(1, 'b1');
    say(0, 'a1');
    expect(seen).toEqual(['a1']);
    say(2, 'c1');
    output.end(2);
    say(0, 'a2');
    output.end(0);
    expect(seen).toEqual(['a1', 'a2', 'b1']);
    say(1, 'b2');
    output.end(1);
    expect(seen).toEqual(['a1', 'a2', 'b1', 'b2', 'c1']);
  });

  it('has a lane for each of them, and no other', () => {
    expect(() => new OrderedOutput(2).lane(2)).toThrow('there is no lane 2');
  });

  it('may be a question only in its turn', async () => {
    const output = new OrderedOutput(2);
    let asked = false;
    const second = output
      .lane(1)
      .opened()
      .then(() => (asked = true));
    await output.lane(0).opened();
    expect(asked).toBe(false);
    output.end(0);
    await second;
    expect(asked).toBe(true);
  });
});

it('the io of one of several targets keeps its words until its turn, but for what must not wait; a status is never late', () => {
  const { io, written } = captureIo();
  const output = new OrderedOutput(2);
  const reports = { show: (report: string) => io.stdout.write(report) };
  const [first, second] = [withLane(io, reports, output.lane(0)), withLane(io, reports, output.lane(1))];
  second.stdout.write('report\n');
  second.stderr.write('second\n');
  second.stderr.status('second: 1 of 2');
  second.stderr.writeNow('an audit line\n');
  first.stderr.status('first: 1 of 2');
  expect(written).toEqual({ stdout: '', stderr: 'an audit line\nfirst: 1 of 2\n' });
  output.end(0);
  expect(written).toEqual({ stdout: 'report\n', stderr: 'an audit line\nfirst: 1 of 2\nsecond\n' });
});

it('work with the same key is done one after the other, in order, also behind work that failed', async () => {
  const serial = new SerialByKey();
  const log: string[] = [];
  const work =
    (name: string, fails = false) =>
    async (): Promise<void> => {
      log.push(`${name} begins`);
      await new Promise(setImmediate);
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
    };
  const all = await Promise.allSettled([
    serial.run('x', work('x1', true)),
    serial.run('x', work('x2')),
    serial.run('y', work('y1')),
  ]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(log.slice(0, 2)).toEqual(['x1 begins', 'y1 begins']);
  expect(log.filter((line) => line.startsWith('x'))).toEqual(['x1 begins', 'x1 ends', 'x2 begins', 'x2 ends']);
});
