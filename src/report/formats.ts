import type { ReportFormat } from './format-names.ts';
import type { Page } from './page.ts';
import { joinDocuments, printableJson } from './render/json.ts';
import { renderMarkdown } from './render/markdown/markdown.ts';
import type { Style } from './render/style.ts';
import { renderText } from './render/text/text.ts';

/** One way to write results. */
export type OutputFormat = PageFormat | DataFormat;

/** For people: results stand one below the other. */
interface PageFormat {
  readonly reads: 'page';
  /** Ends with a line break. */
  readonly render: (page: Page, style: Style) => string;
}

/** For programs: whatever a command has to say is one document. */
interface DataFormat {
  readonly reads: 'data';
  /** Ends with a line break. */
  readonly render: (data: object) => string;
  /** Makes one of the documents of several targets. */
  readonly join: (documents: readonly string[], exitCodes: Readonly<Record<string, number>>) => string;
}

/** Every format. */
export const FORMATS: Readonly<Record<ReportFormat, OutputFormat>> = {
  text: { reads: 'page', render: renderText },
  json: { reads: 'data', render: (data) => `${printableJson(data)}\n`, join: joinDocuments },
  markdown: { reads: 'page', render: (page) => renderMarkdown(page) },
};

/** Whether the results of a command are one document. */
export function isOneDocument(format: ReportFormat): boolean {
  return FORMATS[format].reads === 'data';
}
