/** `1 client`, `2 clients`, `12,000 clients`. */
export function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${thousands(number)} ${number === 1 ? singular : plural}`;
}

/** The number with commas, the same on every machine. */
export function thousands(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The first of many names, and how many there are beside them: `a, b and 3 more`. */
export function nameSome(names: readonly string[], most: number, separator = ', '): string {
  const named = names.slice(0, most).join(separator);
  return names.length > most ? `${named} and ${thousands(names.length - most)} more` : named;
}
