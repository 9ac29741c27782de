import { z } from 'zod';
import { quoted } from '../model/text/printable.ts';

/** Why an OAuth endpoint refuses (RFC 6749 section 5.2), fit to be shown. */
export interface OAuthError {
  /** Such as `invalid_client`. */
  readonly error: string;
  /** The server's own words, behind a colon; empty where it has none. */
  readonly why: string;
}

const body = z.object({
  // The characters that the RFC allows; anything else is no code.
  error: z.string().regex(/^[ !#-[\]-~]{1,60}$/),
  error_description: z.string().optional().catch(undefined),
});

/** What the body of a refusal says; undefined where it is none of an OAuth endpoint. */
export function oauthErrorIn(value: unknown): OAuthError | undefined {
  const { data } = body.safeParse(value);
  if (data === undefined) return undefined;
  const { error, error_description: description = '' } = data;
  return { error: quoted(error), why: description === '' ? '' : `: ${quoted(description)}` };
}
