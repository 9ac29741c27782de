import { z } from 'zod';
import { importView } from './import.ts';
import { targetsSchema } from './targets.ts';
import { auditView } from './audit.ts';
import { validateView } from './validate.ts';

/** Any document that a command writes with `--format json`. */
export const outputSchema = z.discriminatedUnion('kind', [
  validateView.schema,
  importView.schema,
  auditView.schema,
  ...targetsSchema.shape.targets.element.options,
  targetsSchema,
]);

/** The published JSON Schema of the same: it lets members pass that it does not know, for new ones may come at any time. */
export function makeOutputSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(outputSchema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  return { $schema, title: 'What grantry writes with --format json', ...schema };
}
