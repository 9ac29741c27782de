/** What a text says in JSON; undefined for what is none. The error of JSON.parse would quote the text, which may be secret. */
export function parseJson(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
