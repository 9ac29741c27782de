import * as z from 'zod';
import { textSchema } from './parts.ts';
import { checkUrl } from './url.ts';

/** What is said of a credential that is not a reference, whatever it is instead. */
export const CREDENTIAL_ERROR = 'must be exactly "${env:NAME}": a credential is never written into a manifest';

/** A credential: a reference to an environment variable and nothing else. */
export const credentialSchema = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : CREDENTIAL_ERROR) })
  .regex(/^\$\{env:[A-Za-z_][A-Za-z0-9_]*\}$/, { error: CREDENTIAL_ERROR })
  .meta({ description: 'Exactly ${env:NAME}.', writeOnly: true });

/** Text in which `${env:NAME}` is replaced, the only substitution there is. */
export const templateSchema = textSchema.regex(/^(?:[^$]|\$(?!\{)|\$\{env:[A-Za-z_][A-Za-z0-9_]*\})*$/, {
  error: 'holds a "${…}" that is not ${env:NAME}, the only substitution there is',
});

/** A template that a check finds nothing wrong with. */
export function checkedBy(check: (text: string) => string | undefined): z.ZodString {
  return templateSchema.superRefine((text, context) => {
    const problem = check(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });
}

/** The base URL of a server. */
export const urlSchema = checkedBy(checkUrl);

/** Stands beside a URL. */
export const allowInsecureSchema = z
  .boolean()
  .default(false)
  .meta({ description: 'Allows http:// to a host that is not this machine.' });

/** A backend as far as the schema of manifests goes. */
export interface NamedSettings {
  readonly kind: string;
  readonly settings: z.ZodType;
}

/** A provider has settings in Clients, too. */
interface NamedProviderSettings extends NamedSettings {
  readonly clientSettings: z.ZodType;
}

/** What the schema of manifests is made from. */
export interface SchemaParts {
  readonly providers: readonly NamedProviderSettings[];
  readonly stores: readonly NamedSettings[];
}

/** Exactly one of the members; the shape of every choice in a Target. */
export function oneOf<Shape extends z.core.$ZodLooseShape>(shape: Shape, description: string) {
  const names = Object.keys(shape);
  return z
    .strictObject(shape)
    .superRefine((value, context) => {
      const given = Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [name]));
      if (given.length !== 1) {
        const what = given.length === 0 ? 'is empty' : `holds ${given.join(' and ')}`;
        context.addIssue({ code: 'custom', message: `${what}: it must hold exactly one of ${names.join(', ')}` });
      }
    })
    .meta({ description, minProperties: 1, maxProperties: 1 });
}
