import type { RunEvent } from '../../engine/run/events.ts';

/** Hears everything that a run reports, in order. */
export type Listener = (event: RunEvent) => void;
