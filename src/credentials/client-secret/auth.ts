import { z } from 'zod';

/** How a client sends its secret: in a header, or in the body of the request (RFC 6749 section 2.3.1), or as it likes. */
export const clientSecretAuth = z.enum(['client_secret_basic', 'client_secret_post', 'client_secret']);
