import { configureGlobal } from 'fast-check';

/** Milliseconds. A property that fails is made smaller for so long and then reported: of large values it would take hours. */
const LIMIT = 45_000;

configureGlobal({ interruptAfterTimeLimit: LIMIT });
