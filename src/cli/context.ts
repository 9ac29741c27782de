import type { RegisteredBackends } from './backends.ts';

/** In this order on a line. */
export type StatusPart = 'progress' | 'waiting';

/** One end of the process that text is written to. What goes there holds no secret, and nothing that a terminal or a runner acts on. */
export interface Output {
  write(text: string): void;
  /** Writes commands for the runner of GitHub Actions, which `write` makes plain text of. */
  writeCommands(text: string): void;
  /** Writes at once, even where the output of one of several targets has to wait for those before it. Whole lines. */
  writeNow(text: string): void;
  /**
   * Shows how far things are, or what they wait for: on a terminal in one line for both, which the next text replaces,
   * elsewhere in lines of their own.
   */
  status(text: string, about?: StatusPart): void;
  /** Takes away what `status` left standing on a terminal: one part of it, or all. */
  clearStatus(about?: StatusPart): void;
  /** Writes what the user finishes, such as a question; `status` shows nothing until the function that it gives is called. */
  unfinished(text: string): () => void;
  /** The system's code for why nothing can be written any more, such as EPIPE: the reader ended. */
  brokenBy(): string | undefined;
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
  /** Whether to paint. */
  readonly color: boolean;
  /** False: nothing but ASCII can be shown. */
  readonly unicode: boolean;
}

interface Input {
  readonly stream: NodeJS.ReadableStream;
  readonly isTerminal: boolean;
  /** Resolves when the user may be asked something: of several targets one asks at a time. */
  turn(): Promise<void>;
}

/** Everything outside of a command. `makeProcessIo` makes one from the process, `withLane` one for each of several targets. */
export interface CommandIo {
  /** Results. */
  readonly stdout: Output;
  /** Progress, notices, questions and errors. */
  readonly stderr: Output;
  readonly stdin: Input;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What Targets may name; undefined: grantry's own backends, which only a command that needs them loads. */
  readonly backends?: RegisteredBackends | undefined;
  /** Of grantry. */
  readonly version: string;
  /** Aborted when the user stops the command (Ctrl-C), or when its output cannot be written: finish the change in hand, report, and end. */
  readonly signal: AbortSignal;
}
