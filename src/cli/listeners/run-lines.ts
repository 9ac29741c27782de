import type { RunEvent } from '../../engine/run/events.ts';
import type { GrantryError } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { makeStyle, renderPlan, renderProgress, renderRotation } from '../../report/index.ts';
import type { Style } from '../../report/index.ts';
import type { Output } from '../context.ts';
import type { Listener } from './run-context.ts';

/** Of more than so many pieces of work only those that failed have a line when they end: all of them are in the report. */
const MOST_LINES = 50;

/** Writes what is to be known before the report. */
export function runLines(output: Output): Listener {
  const style = makeStyle(output);
  let total = 0;
  return (event) => {
    if (event.kind === 'work-begun') total = event.total;
    const line = lineOf(event, style, total <= MOST_LINES);
    if (line !== undefined) output.write(line);
  };
}

function lineOf(event: RunEvent, style: Style, listsAll: boolean): string | undefined {
  switch (event.kind) {
    case 'notice':
      return `${printable(event.text)}\n`;
    case 'plan-changed':
      return `${event.plan.target} was changed after the plan was made. Now it is:\n${renderPlan(event.plan, { format: 'text', style })}`;
    case 'change-ended':
      return listsAll || event.result.outcome === 'failed' ? `${renderProgress(event.result, style)}\n` : undefined;
    case 'rotation-ended':
      return listsAll || event.result.outcome === 'failed' ? `${renderRotation(event.result, style)}\n` : undefined;
    case 'stopped':
      return withHint(event.error);
    case 'not-noted':
      return `The number of clients could not be noted in the store: ${event.error.message}\n`;
    case 'not-proven':
      return `Not every client could be proven: ${withHint(event.error)}`;
    default:
      return undefined;
  }
}

function withHint({ message, hint = '' }: GrantryError): string {
  return `${message}\n${hint}\n`;
}
