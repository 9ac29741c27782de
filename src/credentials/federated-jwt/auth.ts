import * as z from 'zod';
import type { FederatedAuth } from '../../model/desired.ts';
import type { Fields } from '../../model/state.ts';

const FEDERATED = 'federated';

/** Nothing left out: with what the provider calls the issuer. */
export const federatedAuth = z.strictObject({
  [FEDERATED]: z.strictObject({ issuer: z.string(), alias: z.string(), subject: z.string() }),
});

const MAX_SUBJECT = 255;

/** What is wrong with a subject: providers compare it as it is with that of a token. */
function problemOf(subject: string): string | undefined {
  if (subject === '') return 'must not be empty: it names the one workload that may log in';
  if (!/^[^\p{Cc}\p{Cs}\s](?:[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s])?$/u.test(subject))
    return 'must be one line, without control characters and without blanks at its ends';
  if (subject.length > MAX_SUBJECT) return `must have at most ${MAX_SUBJECT} characters`;
  if (/[*?]/.test(subject))
    return 'is compared as it is, character for character, so that * and ? stand for nothing else: name one workload in full';
  return undefined;
}

const subjectSchema = z.string().superRefine((subject, context) => {
  const message = problemOf(subject);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** As a manifest says it. What the provider calls the issuer the Target says. */
export const writtenFederatedAuth = z.strictObject({
  [FEDERATED]: z
    .strictObject({
      issuer: z
        .string()
        .min(1, { error: 'must not be empty' })
        .meta({ description: 'Name of an issuer of the Target.' }),
      subject: subjectSchema.meta({ description: 'The sub of the tokens of the one workload that may log in.' }),
    })
    .transform(({ issuer, subject }) => ({ issuer, alias: issuer, subject }))
    .meta({
      description: 'The token of a workload, signed by an issuer of the Target (RFC 7523): there is no credential.',
    }),
});

const identity = z.object({ alias: z.string(), subject: z.string() });

/** Of a client whose fields name a whole identity; what the Target calls its issuer they do not say. */
export function authIn({ auth, identity: found }: Fields): FederatedAuth | undefined {
  const { data } = identity.safeParse(found);
  if (auth !== FEDERATED || data === undefined) return undefined;
  return { [FEDERATED]: { issuer: data.alias, ...data } };
}
