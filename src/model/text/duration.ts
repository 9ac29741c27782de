const UNITS: ReadonlyMap<string, number> = new Map([
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]);

/** What a duration looks like, for schemas: a whole number and a unit. */
export const DURATION_PATTERN = /^(0|[1-9][0-9]{0,8})[smhd]$/;

/** The same without zero. */
export const POSITIVE_DURATION_PATTERN = /^[1-9][0-9]{0,8}[smhd]$/;

/** Servers keep seconds in 32 bits. */
export const MAX_SECONDS = 2_147_483_647;

/** Seconds of a duration such as `90s`, `5m`, `48h`, `30d`; undefined when it is none, or longer than servers can keep. */
export function parseDuration(text: string): number | undefined {
  if (!DURATION_PATTERN.test(text)) {
    return undefined;
  }
  const seconds = Number(text.slice(0, -1)) * (UNITS.get(text.slice(-1)) ?? Number.NaN);
  return seconds <= MAX_SECONDS ? seconds : undefined;
}

/** The shortest exact way to write a number of whole seconds as a duration: 172800 is `2d`, 90 is `90s`. */
export function formatDuration(seconds: number): string {
  if (seconds === 0) {
    return '0s';
  }
  for (const [unit, length] of UNITS) {
    if (seconds % length === 0) {
      return `${seconds / length}${unit}`;
    }
  }
  return `${seconds}s`;
}
