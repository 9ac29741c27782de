import * as z from 'zod';
import type { KeyAuth } from '../../model/desired.ts';
import type { Fields } from '../../model/state.ts';
import { DEFAULT_KEY_ALG, KEY_ALGS } from '../../model/secrets/key-alg.ts';

const KEY = 'private_key_jwt';

/** Nothing left out. */
export const keyAuth = z.strictObject({ [KEY]: z.strictObject({ alg: z.enum(KEY_ALGS) }) });

/** As a manifest may say it: the word alone, or with what is not the default. */
export const writtenKeyAuth = z.union([
  z.literal(KEY).transform(() => ({ [KEY]: { alg: DEFAULT_KEY_ALG } })),
  z.strictObject({
    [KEY]: z
      .strictObject({
        alg: z
          .enum(KEY_ALGS)
          .default(DEFAULT_KEY_ALG)
          .meta({ description: 'What assertions are signed with. Default RS256.' }),
      })
      .meta({ description: 'Assertions signed with a key of its own (RFC 7523).' }),
  }),
]);

/** Providers name the algorithm beside the method. One that grantry does not make keys for is none: the key is to be another. */
export function authIn({ auth, signingAlg }: Fields): KeyAuth | undefined {
  if (auth !== KEY) return undefined;
  const alg = z.enum(KEY_ALGS).safeParse(signingAlg);
  return { [KEY]: { alg: alg.data ?? DEFAULT_KEY_ALG } };
}
