/** A text as a shell takes it for one word: it comes from servers and manifests, and stands in commands that are to be pasted. */
export function shellWord(text: string): string {
  return /^[\w.:/@=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
