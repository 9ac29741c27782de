import { isProven } from '../../model/report.ts';
import { monotonic } from '../../platform/clock.ts';
import type { Output } from '../context.ts';
import { Progress } from '../output/progress.ts';
import type { Listener } from './listener.ts';

/** Shows how far a run is. */
export function progress(output: Output): Listener {
  let shown: Progress | undefined;
  return (event) => {
    if (event.kind === 'work-begun') {
      shown = new Progress(output, { what: event.unit, total: event.total }, monotonic);
    }
    if (event.kind === 'change-ended' || event.kind === 'rotation-ended')
      shown?.step(event.result.outcome === 'failed');
    if (event.kind === 'proof-ended') shown?.step(!isProven(event.proof));
    if (event.kind === 'work-ended') {
      shown?.end();
      shown = undefined;
    }
  };
}
