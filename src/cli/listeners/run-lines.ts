import type { RunEvent, TroubleEvent } from '../../engine/run/events.ts';
import type { FieldWords } from '../../model/field-words.ts';
import type { Plan } from '../../model/plan.ts';
import { printable } from '../../model/text/printable.ts';
import { makeStyle, renderFailure, renderPlan, renderProgress, renderRotation } from '../../report/index.ts';
import type { PlanRenderOptions, Style } from '../../report/index.ts';
import type { Output } from '../context.ts';
import type { Listener } from './listener.ts';

/** Of more than so many pieces of work only those that failed have a line when they end: all of them are in the report. */
const MOST_LINES = 50;

/** Writes what is to be known before the report. */
export function runLines(output: Output, words: FieldWords): Listener {
  const style = makeStyle(output);
  let total = 0;
  return (event) => {
    if (event.kind === 'work-begun') total = event.total;
    const line =
      event.kind === 'plan-changed'
        ? changedPlan(event.plan, { style, words })
        : lineOf(event, style, total <= MOST_LINES);
    if (line !== undefined) output.write(line);
  };
}

function changedPlan(plan: Plan, options: Pick<PlanRenderOptions, 'style' | 'words'>): string {
  const shown = renderPlan(plan, { format: 'text', ...options });
  return `${plan.target} was changed after the plan was made. Now it is:\n${shown}`;
}

function lineOf(event: RunEvent, style: Style, listsAll: boolean): string | undefined {
  if (event.kind === 'notice') return `${printable(event.text)}\n`;
  if (event.kind === 'change-ended' || event.kind === 'rotation-ended') {
    if (!listsAll && event.result.outcome !== 'failed') return undefined;
    return `${event.kind === 'change-ended' ? renderProgress(event.result, style) : renderRotation(event.result, style)}\n`;
  }
  return isTrouble(event) ? troubleLine(event) : undefined;
}

function isTrouble(event: RunEvent): event is TroubleEvent {
  return 'error' in event;
}

function troubleLine({ kind, error }: TroubleEvent): string {
  switch (kind) {
    case 'stopped':
      return renderFailure(error);
    case 'not-noted':
      return `The number of clients could not be noted in the store: ${error.message}\n`;
    case 'not-proven':
      return `Not every client could be proven: ${renderFailure(error)}`;
    default:
      return kind satisfies never;
  }
}
