/**
 * The secrets of this run, and every form in which a server may repeat one: as it was sent, or encoded. What they are for is
 * `hideSecrets`: no text that goes out holds one. Kept for the run; nothing else may ask for them.
 */

const HIDDEN = '‹hidden›';

/** Shorter ones, such as the token `root` of a sandbox, are words of names and paths: they are hidden in quotations only. */
const SHORTEST = 8;

/** By their first characters, so that a text is gone through once, however many there are. */
class Needles {
  readonly #byStart = new Map<string, Set<string>>();
  /** Whether one may begin so: of a thousand secrets one place in a thousand is looked at twice. */
  readonly #beginnings = new Uint8Array(BEGINNINGS);

  add(needle: string): void {
    const start = needle.slice(0, SHORTEST);
    const alike = this.#byStart.get(start);
    if (alike === undefined) this.#byStart.set(start, new Set([needle]));
    else alike.add(needle);
    this.#beginnings[beginningAt(needle, 0)] = 1;
  }

  hide(text: string): string {
    let [shown, from] = ['', 0];
    for (let at = 0; at + SHORTEST <= text.length; at += 1) {
      if (this.#beginnings[beginningAt(text, at)] === 0) continue;
      const length = this.#longestAt(text, at);
      if (length === 0) continue;
      shown += text.slice(from, at) + HIDDEN;
      from = at + length;
      at = from - 1;
    }
    return from === 0 ? text : shown + text.slice(from);
  }

  #longestAt(text: string, at: number): number {
    let longest = 0;
    for (const needle of this.#byStart.get(text.slice(at, at + SHORTEST)) ?? []) {
      if (needle.length > longest && text.startsWith(needle, at)) longest = needle.length;
    }
    return longest;
  }
}

const BEGINNINGS = 1 << 20;

function beginningAt(text: string, at: number): number {
  const [first, second, third] = [text.charCodeAt(at), text.charCodeAt(at + 1), text.charCodeAt(at + 2)];
  return (first ^ (second << 7) ^ (third << 14)) & (BEGINNINGS - 1);
}

const known = new Set<string>();
/** Those whose forms are not among the needles yet: most runs end before anything is quoted. */
let waiting: string[] = [];
let needles: Needles | undefined;
const short = new Set<string>();

/** From now on no output holds this value. */
export function rememberSecret(value: string): void {
  if (value === '' || known.has(value)) return;
  known.add(value);
  if (value.length < SHORTEST) short.add(value);
  else waiting.push(value);
  for (const part of partsOf(value)) rememberSecret(part);
}

/** Of a key in PEM (RFC 7468) each line gives a part away, and so does its body in one piece. */
function partsOf(value: string): string[] {
  if (!value.startsWith('-----BEGIN ')) return [];
  const lines = value.split(/\s*\n\s*/).filter((line) => line.length >= SHORTEST && !line.startsWith('-----'));
  return lines.length > 1 ? [...lines, lines.join('')] : lines;
}

/** The text without any secret of this run, in whatever form. */
export function hideSecrets(text: string): string {
  if (known.size === 0) return text;
  needles ??= new Needles();
  for (const secret of waiting) for (const form of formsOf(secret)) needles.add(form);
  waiting = [];
  return needles.hide(text);
}

/** The same for words of a server, which may be about the secret itself: of these short ones go too. */
export function hideAllSecrets(text: string): string {
  return [...short].reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), hideSecrets(text));
}

/** A secret as servers may write it down: plain, in JSON, in a URL, in hex, and within base64 wherever it stands there. */
function formsOf(secret: string): Set<string> {
  const encoded = encodeURIComponent(wellFormed(secret));
  const hex = Buffer.from(secret).toString('hex');
  const forms = [secret, JSON.stringify(secret).slice(1, -1), encoded, encoded.replaceAll('%20', '+')];
  // RFC 6749 section 2.3.1 encodes the parts of `id:secret` before base64.
  const texts = encoded === secret ? [secret] : [secret, encoded];
  const base64 = texts.flatMap((text) => [0, 1, 2].map((offset) => insideBase64(text, offset)));
  return new Set([
    ...forms,
    hex,
    hex.toUpperCase(),
    ...base64.flatMap((text) => [
      text,
      text.replaceAll('+', '-').replaceAll('/', '_'),
      encodeURIComponent(text),
      text.replaceAll('/', '\\/'),
    ]),
  ]);
}

/** Half a surrogate pair cannot be encoded: it goes over the wire as U+FFFD. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/**
 * What base64 of a longer text holds wherever this text stands in it, `offset` bytes behind a multiple of three: the
 * characters at both ends that depend on the neighbours are left out.
 */
function insideBase64(text: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  const first = Math.ceil((offset * 8) / 6);
  return bytes.toString('base64').slice(first, Math.floor((bytes.length * 8) / 6));
}
