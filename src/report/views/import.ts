import { z } from 'zod';
import type { ImportReport, LeftOutObject } from '../../model/import-report.ts';
import type { Data } from '../view.ts';
import { defineView } from '../view.ts';
import { importPage } from './parts/import-page.ts';
import { address, formatVersion, iso, origin, texts, total } from './parts/schema-parts.ts';

const id = z.string().describe('The client_id, or the audience; of a client scope its name');
const { target, stack, provider } = origin;

const importSchema = z
  .strictObject({
    formatVersion,
    kind: z.literal('import'),
    target,
    stack,
    provider,
    check: z.boolean().describe('Nothing was to be written: undeclared clients were looked for'),
    summary: z.strictObject({
      imported: total,
      leftOut: total,
      declared: total,
      ignored: total,
      shadow: total,
      files: total,
    }),
    imported: z.array(
      z.strictObject({
        address,
        id,
        owner: z.string(),
        lastUsed: iso.optional(),
        file: z.string().optional().describe('Where its manifest stands'),
      }),
    ),
    leftOut: z
      .array(
        z.strictObject({
          kind: z.enum(['Client', 'Api', 'ClientScope']),
          id,
          displayName: z.string(),
          reason: z.string().describe('Stable, such as mixed, other-stack, differs, or the rule of validate'),
          why: z.string(),
          todo: z.string().describe('What to do, so that it can be declared'),
        }),
      )
      .describe('What stays as it is, and is not declared'),
    declared: z.array(z.strictObject({ address, id })).describe('What manifests declared before'),
    ignored: z.array(z.strictObject({ id, reason: z.string() })).describe('By spec.ignore of the Target'),
    shadow: texts.describe('client_ids that no manifest declared and the Target does not ignore, before this import'),
    files: z.array(
      z.strictObject({
        path: z.string(),
        new: z.boolean().describe('false: documents were put at its end'),
        documents: total,
      }),
    ),
    notices: texts,
  })
  .meta({ id: 'import' });

/** What there is at a provider, and which manifests declare it now. */
export const importView = defineView(importSchema)({ data: importData, page: importPage });

function importData(report: ImportReport): Data<typeof importSchema> {
  const { target, stack, provider, check, imported, leftOut, declared, ignored, shadow, files, notices } = report;
  return {
    formatVersion: 1,
    kind: 'import',
    target,
    stack,
    provider,
    check,
    summary: {
      imported: imported.length,
      leftOut: leftOut.length,
      declared: declared.length,
      ignored: ignored.length,
      shadow: shadow.length,
      files: files.length,
    },
    imported: imported.map(({ lastUsed, file, ...rest }) => ({
      ...rest,
      ...(lastUsed === undefined ? {} : { lastUsed }),
      ...(file === undefined ? {} : { file }),
    })),
    leftOut: leftOut.map(leftOutData),
    declared,
    ignored,
    shadow,
    files: files.map(({ path, isNew, documents }) => ({ path, new: isNew, documents })),
    notices,
  };
}

/** Without what only its comment needs. */
function leftOutData({ kind, id, displayName, reason, why, todo }: LeftOutObject): LeftOutObject {
  return { kind, id, displayName, reason, why, todo };
}
