/** Reads the bodies of requests, with Auth0's limit on their size. */
import type { IncomingMessage } from 'node:http';
import { apiError, oauthError } from './errors.ts';
import { isJsonObject, textOf } from '../json.ts';
import type { Json } from '../json.ts';

const MAX_BYTES = 1_048_576;

/** The JSON of a request; undefined where it has no body. */
export async function readJson(incoming: IncomingMessage): Promise<Json | undefined> {
  const text = await readText(incoming);
  if (text === '') return undefined;
  try {
    return parse(text);
  } catch (error) {
    const refusal = apiError(400, 'Invalid request payload JSON format', 'invalid_body');
    throw Object.assign(refusal, { cause: error });
  }
}

/** The parameters of a token request, which comes as a form or as JSON. */
export async function readForm(incoming: IncomingMessage): Promise<ReadonlyMap<string, string>> {
  const text = await readText(incoming);
  if (!/^application\/json\b/i.test(incoming.headers['content-type'] ?? '')) {
    return new Map(new URLSearchParams(text));
  }
  let body: Json;
  try {
    body = parse(text);
  } catch (error) {
    throw Object.assign(oauthError(400, 'invalid_request', 'The body is not valid JSON'), { cause: error });
  }
  if (!isJsonObject(body)) throw oauthError(400, 'invalid_request', 'The body is not a JSON object');
  return new Map(Object.entries(body).map(([key, value]) => [key, textOf(value)]));
}

function parse(text: string): Json {
  const value: Json = JSON.parse(text);
  return value;
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const source: AsyncIterable<Uint8Array> = incoming;
  for await (const bytes of source) {
    size += bytes.length;
    if (size > MAX_BYTES) throw apiError(413, `Payload content length greater than maximum allowed: ${MAX_BYTES}`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}
