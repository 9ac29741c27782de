/**
 * A service that calls an API every few seconds and prints the status that it gets.
 *
 *   API_URL                                         what it calls
 *   VAULT_ADDR, VAULT_TOKEN_FILE, CREDENTIAL        where its credential is, such as secret/data/m2m/team-checkout/order-service
 *   CREDENTIAL_FILE                                 instead: the document as JSON, as Vault Agent renders it
 *   CREDENTIAL_FOLDER                               instead: a file for each key, as a Secret of Kubernetes is mounted
 *   SCOPE, AUDIENCE                                 optional, see token-source.mjs
 *   EVERY_MS                                        how often it calls, default 5000
 *   READ_EVERY_MS                                   how often it reads its credential, default ten minutes
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fromFile, fromFolder, fromVault, TokenSource } from './token-source.mjs';

const { API_URL, EVERY_MS = '5000', READ_EVERY_MS = '600000', SCOPE, AUDIENCE } = process.env;
const { VAULT_ADDR, VAULT_TOKEN_FILE, CREDENTIAL, CREDENTIAL_FILE, CREDENTIAL_FOLDER } = process.env;

function reader() {
  if (CREDENTIAL_FOLDER !== undefined) return fromFolder(CREDENTIAL_FOLDER);
  if (CREDENTIAL_FILE !== undefined) return fromFile(CREDENTIAL_FILE);
  return fromVault({ address: VAULT_ADDR, path: CREDENTIAL, tokenFile: VAULT_TOKEN_FILE });
}

const read = reader();
const source = new TokenSource(read, { scope: SCOPE, audience: AUDIENCE, readEveryMs: Number(READ_EVERY_MS) });

async function callApi() {
  const token = await source.token();
  const response = await send(token);
  if (response.status !== 401) return response;
  source.discard(token); // revoked, or signed with a key that the API takes no more
  return send(await source.token());
}

function send(token) {
  return fetch(API_URL, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) });
}

for (;;) {
  try {
    const { status } = await callApi();
    process.stdout.write(`${status}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${error.message}\n`);
  }
  await sleep(Number(EVERY_MS));
}
