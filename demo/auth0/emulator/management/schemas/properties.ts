/** Building blocks of the bodies that Auth0 takes. */
import { z } from 'zod';
import { isJsonObject } from '../../json.ts';

/** Names of clients and APIs. */
export const displayName = z.string().regex(/^[^<>]+$/);
/** Any object: what is in it is not of interest to machine-to-machine clients, so it is taken as it comes. */
export const anyObject = z.record(z.string(), z.unknown());
export const strings = z.array(z.string());
export const filledStrings = z.array(z.string().min(1));
export const instant = z.iso.datetime({ offset: true });

/** Of an object, how many keys it may have. */
export function sized<T extends z.ZodType>(schema: T, { min = 0, max = Infinity }: { min?: number; max?: number }): T {
  return schema.superRefine((value, context) => {
    const count = isJsonObject(value) ? Object.keys(value).length : 0;
    if (count < min) {
      context.addIssue({ code: 'custom', message: `Too few properties defined (${count}), minimum ${min}` });
    }
    if (count > max) {
      context.addIssue({ code: 'custom', message: `Too many properties defined (${count}), maximum ${max}` });
    }
  });
}
