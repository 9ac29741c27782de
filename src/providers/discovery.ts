import { z } from 'zod';

/** A URL of a server's metadata: one that is relative, or of another kind, could only be misunderstood. */
export const endpointUrl = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'is no http or https URL');
