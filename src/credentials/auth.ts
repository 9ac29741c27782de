import { clientSecretAuth } from './client-secret/auth.ts';

/** What `spec.auth` of a Client may be, for all methods. Apart from the methods themselves: `validate` needs no more. */
export const authSchema = clientSecretAuth;
