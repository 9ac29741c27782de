/** How results can be written; `formats.ts` has what each does. The command line loads this list with every call. */
export const FORMAT_NAMES = ['text', 'json', 'markdown'] as const;

export type ReportFormat = (typeof FORMAT_NAMES)[number];
