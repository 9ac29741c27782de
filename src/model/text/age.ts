const DAY = 86_400;

/** An age in seconds: whole days; hours below two of them. */
export function daysOf(seconds: number): string {
  if (seconds >= 2 * DAY) return `${Math.floor(seconds / DAY)} days`;
  const hours = Math.floor(seconds / 3600);
  return hours >= 2 ? `${hours} hours` : `${Math.floor(seconds / 60)} min`;
}
