import { describe, expect, it } from 'vitest';
import { captureIo } from '../../../test/support/captured-io.ts';
import { keepIoApart } from './keep-apart.ts';
import { Queues } from './queues.ts';
import { Turns } from './turns.ts';

describe('what several say at the same time', () => {
  it('is heard one after the other, and that of the first at once', () => {
    const turns = new Turns(3);
    const heard: string[] = [];
    const say = (index: number, text: string): void => turns.of(index).say(() => void heard.push(text));
    say(1, 'b1');
    say(0, 'a1');
    expect(heard).toEqual(['a1']);
    say(2, 'c1');
    turns.end(2);
    say(0, 'a2');
    turns.end(0);
    expect(heard).toEqual(['a1', 'a2', 'b1']);
    say(1, 'b2');
    turns.end(1);
    expect(heard).toEqual(['a1', 'a2', 'b1', 'b2', 'c1']);
  });

  it('may be a question only in its turn', async () => {
    const turns = new Turns(2);
    let asked = false;
    const second = turns
      .of(1)
      .turn()
      .then(() => (asked = true));
    await turns.of(0).turn();
    expect(asked).toBe(false);
    turns.end(0);
    await second;
    expect(asked).toBe(true);
  });
});

it('the io of one of several targets keeps its words until its turn, but for what must not wait; a status is never late', () => {
  const { io, written } = captureIo();
  const turns = new Turns(2);
  const [first, second] = [keepIoApart(io, turns.of(0)), keepIoApart(io, turns.of(1))];
  second.stderr.write('second\n');
  second.stderr.status('second: 1 of 2');
  second.stderr.writeNow('an audit line\n');
  first.stderr.status('first: 1 of 2');
  expect(written.stderr).toBe('an audit line\nfirst: 1 of 2\n');
  turns.end(0);
  expect(written.stderr).toBe('an audit line\nfirst: 1 of 2\nsecond\n');
});

it('work with the same key is done one after the other, in order, also behind work that failed', async () => {
  const queues = new Queues();
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
    queues.run('x', work('x1', true)),
    queues.run('x', work('x2')),
    queues.run('y', work('y1')),
  ]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  expect(log.slice(0, 2)).toEqual(['x1 begins', 'y1 begins']);
  expect(log.filter((line) => line.startsWith('x'))).toEqual(['x1 begins', 'x1 ends', 'x2 begins', 'x2 ends']);
});
