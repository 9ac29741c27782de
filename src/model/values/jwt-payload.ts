import { parseJson } from './parse-json.ts';

/** What a JWT (RFC 7519) says, read without any check; undefined for what is none. */
export function jwtPayload(token: string): unknown {
  return parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
