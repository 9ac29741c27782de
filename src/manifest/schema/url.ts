const HAS_ENV = /\$\{env:/;

/** Whether a text is known only at run time. */
export function mentionsEnv(text: string): boolean {
  return HAS_ENV.test(text);
}

/** What is wrong with the base URL of a server; undefined when nothing is, or when it is known only at run time. */
export function checkUrl(text: string): string | undefined {
  if (mentionsEnv(text)) {
    return undefined;
  }
  if (!URL.canParse(text)) {
    return 'must be a URL such as https://id.example.com';
  }
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return 'must begin with https://, or with http:// where the server is on this machine';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must not hold a user name or password: they belong into auth, as ${env:NAME}';
  }
  if (/[?#]/.test(text)) {
    return 'must end before any "?" or "#"';
  }
  return undefined;
}

/** The base URL in the one form in which it is compared and used: without a slash at its end. */
export function normaliseUrl(text: string): string {
  return URL.canParse(text) ? new URL(text).href.replace(/\/+$/, '') : text.replace(/\/+$/, '');
}

/** Whether a URL names this very machine, so that http:// exposes nothing. */
function isLoopback(url: URL): boolean {
  const host = url.hostname;
  return (
    host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(?:\.[0-9]{1,3}){3}$/.test(host)
  );
}

/** Whether credentials sent to this URL would cross a network in clear. */
export function isInsecure(text: string): boolean {
  if (mentionsEnv(text) || !URL.canParse(text)) {
    return false;
  }
  const url = new URL(text);
  return url.protocol === 'http:' && !isLoopback(url);
}
