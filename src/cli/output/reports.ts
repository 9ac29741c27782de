import { GrantryError } from '../../model/errors.ts';
import { isOneDocument, makeStyle, renderError, renderFailure, renderTargets } from '../../report/index.ts';
import type { RenderOptions, ReportFormat, TargetEnding } from '../../report/index.ts';
import type { CommandIo } from '../context.ts';

/**
 * Whether the selection may mean more than one target. It says which shape JSON has, so that this does not depend on
 * how many targets a glob finds today.
 */
export function mayMeanSeveral(selectors: readonly string[]): boolean {
  return selectors.length > 1 || selectors.some((selector) => !/^[a-z0-9-]+$/.test(selector));
}

/** Writes what a command has to say of several targets, one after the other, as one result. */
export class Reports {
  readonly #format: ReportFormat;
  readonly #io: CommandIo;
  /** For programs there is one document, which is written at the end. */
  readonly #documents: string[] = [];
  #begun = false;

  constructor({ format }: { readonly format: ReportFormat }, io: CommandIo) {
    this.#format = format;
    this.#io = io;
  }

  /** The report of a target, as it was rendered. */
  show(report: string): void {
    if (isOneDocument(this.#format)) {
      this.#documents.push(report);
      return;
    }
    // In Markdown the blank line is what ends the HTML of the report before.
    this.#io.stdout.write(this.#begun ? `\n${report}` : report);
    this.#begun = true;
  }

  /** A target that failed. */
  fail(target: string, error: unknown): void {
    if (this.#format !== 'text') this.show(renderError(error, { ...this.#look(), target }));
    if (!(error instanceof GrantryError)) return;
    this.#io.stderr.write(`${target}: error: ${renderFailure(error)}`);
  }

  /** How all of it ended, in the order of the reports. */
  end(endings: readonly TargetEnding[]): void {
    const summary = renderTargets(this.#documents, endings, this.#look());
    if (isOneDocument(this.#format)) this.#io.stdout.write(summary);
    else if (endings.length > 1) this.show(summary);
  }

  #look(): RenderOptions {
    return { format: this.#format, style: makeStyle(this.#io.stdout) };
  }
}
