import { randomBytes } from 'node:crypto';

/** `grantry-7-…`: the number of the version, and a random end by which two writers of the same number differ. */
const OWN = /^grantry-(\d{1,12})-[0-9a-f]{32}$/;

/** The id of a version that is to be written. AWS takes 32 to 64 characters. */
export function newVersionId(version: number): string {
  return `grantry-${version}-${randomBytes(16).toString('hex')}`;
}

/** The number in an id; undefined: somebody else wrote that version. */
export function numberOf(id: string): number | undefined {
  const [, digits] = OWN.exec(id) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The number of the latest version where that is somebody else's, from the ids of all of them: each of theirs counts as one. */
export function countVersions(ids: readonly string[]): number {
  const numbers = ids.map(numberOf);
  const theirs = numbers.filter((number) => number === undefined).length;
  return Math.max(0, ...numbers.map((number) => number ?? 0)) + theirs;
}
