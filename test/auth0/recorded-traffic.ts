/** Real traffic of the Management API and the token endpoint, as others recorded it. It is read from outside the checkout. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Json } from '../../demo/auth0/emulator/json.ts';

const json: z.ZodType<Json> = z.json();

const pairSchema = z.object({
  method: z.string(),
  path: z.string(),
  pathShape: z.string(),
  query: z.record(z.string(), z.union([z.string(), z.array(z.string())])).nullable(),
  requestBody: json,
  status: z.int(),
  responseBody: json,
  sourceRecording: z.string(),
  /** `raw`; `re-marshalled`: went through the recorder's own types; `values-replaced`: right shape, invented values. */
  fidelity: z.string(),
  /** When a pair of this shape was first committed: it was recorded before. */
  firstSeen: z.string(),
  /** Lists and strings that the collector cut, by the dotted path from `req` or `res`, and how much there was. */
  trimmed: z.record(z.string(), z.unknown()).optional(),
});

export type RecordedPair = z.infer<typeof pairSchema>;

/** `../shared` beside the checkout, unless GRANTRY_SHARED names another folder. */
export function sharedFile(name: string): string {
  const checkout = join(dirname(fileURLToPath(import.meta.url)), '../..');
  return join(process.env['GRANTRY_SHARED'] ?? join(checkout, '../shared'), 'auth0', name);
}

/** The file named by GRANTRY_RECORDED_TRAFFIC, else the shared one; undefined where there is none. */
export function recordedTrafficFile(): string | undefined {
  const named = process.env['GRANTRY_RECORDED_TRAFFIC'];
  if (named !== undefined && named !== '') return named;
  const shared = sharedFile('recorded-traffic.json');
  return existsSync(shared) ? shared : undefined;
}

export function readRecordedTraffic(file: string): RecordedPair[] {
  return z.array(pairSchema).parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The recording that the pair is of, and its place in it. */
export function placeOf({ sourceRecording }: RecordedPair): { recording: string; index: number } {
  const at = sourceRecording.lastIndexOf('#');
  return at === -1
    ? { recording: sourceRecording, index: 0 }
    : { recording: sourceRecording.slice(0, at), index: Number(sourceRecording.slice(at + 1)) };
}

/** All recordings, each with its pairs in order. */
export function byRecording(pairs: readonly RecordedPair[]): RecordedPair[][] {
  const recordings = new Map<string, RecordedPair[]>();
  for (const pair of pairs) {
    const { recording } = placeOf(pair);
    recordings.set(recording, [...(recordings.get(recording) ?? []), pair]);
  }
  return [...recordings.values()].map((list) => list.toSorted((a, b) => placeOf(a).index - placeOf(b).index));
}
