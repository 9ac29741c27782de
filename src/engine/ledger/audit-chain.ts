import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../model/values/parse-json.ts';

/** How a line of an audit log follows from those before: part of each line, beside its event. */
export interface ChainLink {
  /** Of the log of one run; several runs may write into one file at a time. */
  readonly run: string;
  /** Of the line among those of its run, from 1. */
  readonly line: number;
  /** SHA-256 of the line before of this run, in hexadecimal; null: it is the first. */
  readonly previous: string | null;
  /** The same of the last line that was in the file when it was written, of whatever run; null: there was none. */
  readonly after: string | null;
}

/** SHA-256 of a line as it is written, without its line break. */
export function lineHash(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}

/** The links of one run. */
export class ChainWriter {
  readonly #run: string;
  #line = 0;
  #previous: string | null = null;

  constructor(run: string) {
    this.#run = run;
  }

  /** `last`: the last line that is in the file already; undefined: there is none. */
  next(last: string | undefined): ChainLink {
    this.#line += 1;
    const after = last === undefined ? null : lineHash(last);
    return { run: this.#run, line: this.#line, previous: this.#previous, after };
  }

  written(line: string): void {
    this.#previous = lineHash(line);
  }
}

/** What was found in an audit log. */
export interface ChainReport {
  readonly lines: number;
  readonly runs: number;
  /** Of the last line; null: there is none. Noted elsewhere it shows later that nothing was cut off at the end. */
  readonly head: string | null;
  /** The first line of which time? ISO 8601; null: it does not say. */
  readonly from: string | null;
  readonly until: string | null;
  readonly problems: readonly ChainProblem[];
  /** Lines from before logs had chains: nothing is known of them. */
  readonly unchained: number;
}

export interface ChainProblem {
  /** From 1. */
  readonly line: number;
  readonly what: string;
}

const hash = z
  .string()
  .regex(/^[\da-f]{64}$/)
  .nullable();
const link = z.object({ run: z.string(), line: z.int().positive(), previous: hash, after: hash });
const chained = z.object({ time: z.string().optional(), chain: link });
const unchained = z.looseObject({ event: z.string() });

interface Run {
  line: number;
  hash: string;
}

/** Checks that no line was changed, put in, taken out or moved; lines of several runs may stand between each other. */
export class ChainReader {
  readonly #runs = new Map<string, Run>();
  readonly #hashes = new Set<string>();
  readonly #problems: ChainProblem[] = [];
  #lines = 0;
  #unchained = 0;
  #head: string | null = null;
  #from: string | null = null;
  #until: string | null = null;
  readonly #wanted: string | undefined;

  /** `head`: that of an earlier check, whose line must still be there. */
  constructor(head?: string) {
    this.#wanted = head;
  }

  /** The next line of the file, without its line break. */
  take(text: string): void {
    this.#lines += 1;
    const written = lineHash(text);
    const parsed = parseJson(text);
    const { data } = chained.safeParse(parsed);
    if (data !== undefined) this.#follow(data.chain, written);
    else if (this.#runs.size === 0 && unchained.safeParse(parsed).success) this.#unchained += 1;
    else this.#report('it is no line of an audit log: it was cut off, put in or changed');
    this.#hashes.add(written);
    this.#head = written;
    this.#from ??= data?.time ?? null;
    this.#until = data?.time ?? this.#until;
  }

  end(): ChainReport {
    if (this.#wanted !== undefined && !this.#hashes.has(this.#wanted)) {
      this.#report('no line has the head of the earlier check: lines were taken out at the end, or changed');
    }
    return {
      lines: this.#lines,
      runs: this.#runs.size,
      head: this.#head,
      from: this.#from,
      until: this.#until,
      problems: this.#problems,
      unchained: this.#unchained,
    };
  }

  /** A mistake is reported once: what follows is held against the line as it stands. */
  #follow({ run, line, previous, after }: z.infer<typeof link>, written: string): void {
    const before = this.#runs.get(run);
    const what = inItsRun({ line, previous }, before) ?? this.#behindOthers(after);
    if (what !== undefined) this.#report(what);
    this.#runs.set(run, { line, hash: written });
  }

  /** What lay in the file when it was written must still be there. */
  #behindOthers(after: string | null): string | undefined {
    if (after === null)
      return this.#lines === 1 ? undefined : 'it was the first line of a log, and there are lines before it';
    return this.#hashes.has(after) ? undefined : 'a line that was there before it is missing, or not as it was written';
  }

  #report(what: string): void {
    this.#problems.push({ line: this.#lines, what });
  }
}

/** Why a line does not follow from the one before of its run; undefined: it does. */
function inItsRun(
  { line, previous }: Pick<ChainLink, 'line' | 'previous'>,
  before: Run | undefined,
): string | undefined {
  if (before === undefined) return line === 1 ? undefined : `it is line ${line} of a run whose first lines are missing`;
  if (line !== before.line + 1) {
    return `it is line ${line} of its run, and the one before is ${before.line}: lines are missing, or not in order`;
  }
  return previous === before.hash ? undefined : 'the line before of its run is not as it was written';
}
