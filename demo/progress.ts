import type { Output } from '../src/cli/context.ts';

/** Shows what several servers are doing while one waits for them. */
export interface Progress {
  /** What a server is doing now, such as `starting`. */
  say(server: string, doing: string): void;
  /** It is up: a line of its own says so. `begun` as the clock counts. */
  finish(server: string, begun: number): void;
  stop(): void;
}

const LIVELY_MS = 200;
const PLAIN_MS = 1000;
/** Seconds between two plain lines of a server that only waits. */
const PLAIN_EVERY = 10;

interface Row {
  doing: string;
  since: number;
  shown: number;
}

/** On a terminal one line that counts the seconds; elsewhere a line for each step, and one every ten seconds. */
export function startProgress(output: Output, now: () => number): Progress {
  const rows = new Map<string, Row>();
  const line = (text: string): void => output.write(`  ${text}\n`);
  const tick = (): void => {
    if (output.isTerminal) return output.status(livelyLine(rows, now()));
    for (const text of plainLines(rows, now())) line(text);
  };
  const timer = setInterval(tick, output.isTerminal ? LIVELY_MS : PLAIN_MS);
  return {
    say: (server, doing) => {
      rows.set(server, { doing, since: now(), shown: 0 });
      if (!output.isTerminal) line(`${server}: ${doing}`);
    },
    finish: (server, begun) => {
      rows.delete(server);
      line(`${server} is up after ${seconds(now() - begun)}`);
    },
    stop: () => {
      clearInterval(timer);
      output.clearStatus();
    },
  };
}

/** `  Keycloak: starting, 12 s   Vault: starting, 12 s`. */
function livelyLine(rows: ReadonlyMap<string, Readonly<Row>>, now: number): string {
  const parts = [...rows].map(([server, { doing, since }]) => `${server}: ${doing}, ${seconds(now - since)}`);
  return parts.length === 0 ? '' : `  ${parts.join('   ')}`;
}

/** The lines that are due now; remembers that they were shown. */
function plainLines(rows: ReadonlyMap<string, Row>, now: number): string[] {
  return [...rows].flatMap(([server, row]) => {
    const waited = Math.floor((now - row.since) / 1000);
    if (waited < row.shown + PLAIN_EVERY) return [];
    row.shown = waited - (waited % PLAIN_EVERY);
    return [`${server}: ${row.doing}, ${row.shown} s`];
  });
}

/** `12 s`, `2 min 5 s`. */
export function seconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / 1000));
  return whole < 120 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
