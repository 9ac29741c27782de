const DAY_MS = 86_400_000;

/** The day of a moment in milliseconds since the epoch, in UTC: `2027-03-31`. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** How many days the second is after the first; negative: it is before it. */
export function daysBetween(first: string, second: string): number {
  return Math.round((Date.parse(second) - Date.parse(first)) / DAY_MS);
}

export function dayAfter(day: string): string {
  return dayOf(Date.parse(day) + DAY_MS);
}
