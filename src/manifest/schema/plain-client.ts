import type * as z from 'zod';
import { isObject } from '../values.ts';
import type { ClientSpec } from './client.ts';
import { API_VERSION } from './manifest.ts';
import type { clientSchema } from './manifest.ts';
import { isName } from './parts.ts';

type ClientDocument = z.output<typeof clientSchema>;

/** Thrown where only the schema can tell. Made once, for its stack would cost more than all the rest. */
const ASK_SCHEMA = new Error('only the schema can tell');

/**
 * What `clientSchema` makes of a Client that says what nearly all say, in a tenth of the time: with thousands of them that is
 * felt. Undefined for one with a clientId, a policy of rotation, overrides or settings of a provider, and for one in
 * which anything is wrong: those are for the schema. A test holds it to the schema.
 */
export function readPlainClient(value: unknown): ClientDocument | undefined {
  try {
    const { apiVersion, kind, metadata, spec = {} } = read(value, DOCUMENT);
    if (apiVersion !== API_VERSION || kind !== 'Client') return undefined;
    return { apiVersion, kind, metadata: readMetadata(metadata), spec: readSpec(spec) };
  } catch (error) {
    if (error === ASK_SCHEMA) return undefined;
    throw error;
  }
}

const DOCUMENT = new Set(['apiVersion', 'kind', 'metadata', 'spec']);
const METADATA = new Set(['name', 'owner', 'description', 'labels']);
const SPEC = new Set(['access', 'auth', 'secret', 'targets']);
const ACCESS = new Set(['api', 'scopes', 'onRequest']);
const SECRET = new Set(['path']);

function readMetadata(value: unknown): ClientDocument['metadata'] {
  const { name, owner, description, labels } = read(value, METADATA);
  return {
    name: need(name, isName),
    owner: perhaps(owner, isText),
    description: perhaps(description, isText),
    labels: perhaps(labels, isLabels),
  };
}

function readSpec(value: unknown): ClientSpec {
  const { access = [], auth = 'client_secret_basic', secret, targets } = read(value, SPEC);
  return {
    access: need(access, isList).map(readAccess),
    auth: need(auth, isAuth),
    secret: secret === undefined ? undefined : { path: perhaps(read(secret, SECRET)['path'], isText) },
    targets: perhaps(targets, isTargets),
  };
}

function readAccess(value: unknown): ClientSpec['access'][number] {
  const { api, scopes = [], onRequest = [] } = read(value, ACCESS);
  return { api: need(api, isName), scopes: need(scopes, isTexts), onRequest: need(onRequest, isTexts) };
}

/** A map that has none but these keys. */
function read(value: unknown, keys: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  if (!isObject(value)) throw ASK_SCHEMA;
  for (const key of Object.keys(value)) if (!keys.has(key)) throw ASK_SCHEMA;
  return value;
}

function need<T>(value: unknown, is: (value: unknown) => value is T): T {
  if (!is(value)) throw ASK_SCHEMA;
  return value;
}

function perhaps<T>(value: unknown, is: (value: unknown) => value is T): T | undefined {
  return value === undefined ? undefined : need(value, is);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

function isTexts(value: unknown): value is string[] {
  return isList(value) && value.every(isText);
}

function isTargets(value: unknown): value is string[] {
  return isList(value) && value.length > 0 && value.every(isName);
}

function isAuth(value: unknown): value is ClientSpec['auth'] {
  return value === 'client_secret_basic' || value === 'client_secret_post';
}

/** The schema leaves `__proto__` out. */
function isLabels(value: unknown): value is Record<string, string> {
  if (!isObject(value)) return false;
  for (const key of Object.keys(value)) {
    if (key === '' || key === '__proto__' || typeof value[key] !== 'string') return false;
  }
  return true;
}
