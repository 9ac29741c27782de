import * as z from 'zod';
import type { AuthMethod } from '../model/desired.ts';
import { clientSecretAuth } from './client-secret/auth.ts';
import { federatedAuth, writtenFederatedAuth } from './federated-jwt/auth.ts';
import { keyAuth, writtenKeyAuth } from './private-key-jwt/auth.ts';

/** What `spec.auth` of a Client may be, for all methods. Apart from the methods themselves: `validate` needs no more. */
export const authSchema: z.ZodType<AuthMethod> = z.union([clientSecretAuth, writtenKeyAuth, writtenFederatedAuth]);

/** The same with nothing left out, as saved plans have it. */
export const resolvedAuthSchema = z.union([clientSecretAuth, keyAuth, federatedAuth]);
