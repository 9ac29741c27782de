import { printable } from '../../model/text/printable.ts';
import type { Output } from '../context.ts';
import type { Listener } from './listener.ts';

/** Writes for whom a run waits before it gets the lock, and whose lock it broke. */
export function lockLines(output: Output): Listener {
  let shown: string | undefined;
  return (event) => {
    if (event.kind === 'lock-awaited') {
      const { stack, holder, left } = event;
      if (shown !== holder) output.write(`${printable(`Waiting for the lock of the stack ${stack}: ${holder}`)}\n`);
      shown = holder;
      const seconds = Math.ceil(left / 1000);
      if (output.isTerminal) output.status(`waiting for the lock, for ${seconds} s more at most`, 'waiting');
    }
    if ((event.kind === 'lock-taken' || event.kind === 'lock-ended') && shown !== undefined) {
      output.clearStatus('waiting');
    }
    if (event.kind === 'lock-taken' && event.broke !== undefined) {
      output.write(`${printable(`Broke the lock of the stack ${event.stack}: ${event.broke}`)}\n`);
    }
  };
}
