/** A moment as people read it, to the second: `2026-11-24 22:10:40 UTC`. Of milliseconds since 1970. */
export function describeMoment(ms: number): string {
  const iso = new Date(ms).toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}
