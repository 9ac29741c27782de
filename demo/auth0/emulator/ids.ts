/** Identifiers and secrets in the forms of Auth0. */
import { randomBytes, randomInt } from 'node:crypto';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function word(length: number): string {
  return Array.from({ length }, () => ALPHANUMERIC.charAt(randomInt(ALPHANUMERIC.length))).join('');
}

export const newClientId = (): string => word(32);
export const newThirdPartyClientId = (): string => `tpc_${word(22)}`;
export const newGrantId = (): string => `cgr_${word(16)}`;
export const newCredentialId = (): string => `cred_${word(22)}`;
export const newResourceServerId = (): string => randomBytes(12).toString('hex');
/** 64 URL-safe characters. */
export const newSecret = (): string => randomBytes(48).toString('base64url');
