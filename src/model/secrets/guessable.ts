/** What anybody tries first: one character again and again, as in the mask of an export that was imported. */
const REPEATED = /^(.)\1*$/su;

/** Whether somebody who knows masks can guess a secret. */
export function isRepeated(secret: string): boolean {
  return REPEATED.test(secret);
}
