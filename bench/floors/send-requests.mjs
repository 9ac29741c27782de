// The floor of everything that changes or proves: sends the requests that cannot be left out, and does nothing else.
// BENCH_FLOOR: JSON of keycloak and vault; `file` names one of { realm, mount, read, phases }. `read` are the places to read
// first; a phase is a list of chains, and a chain a list of requests, one after the other. Chains run eight at a time.
import { readFileSync } from 'node:fs';
import { adminToken, each, request } from './support/http.mjs';
import { readTarget } from './support/read-target.mjs';

const CHAINS_IN_FLIGHT = 8;
/** The administrator's token lives a minute. */
const TOKEN_MS = 40_000;

const { file, keycloak, vault } = JSON.parse(process.env.BENCH_FLOOR ?? '{}');
const { realm, mount, read, phases } = JSON.parse(readFileSync(file, 'utf8'));

let last = { token: Promise.resolve(''), until: 0 };
async function currentToken() {
  if (performance.now() > last.until) {
    last = { token: adminToken(keycloak), until: performance.now() + TOKEN_MS };
  }
  return last.token;
}

const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };

/** What requests of a chain learn for those after them. */
const SENDERS = {
  async keycloak({ method, path, json, keep }, known) {
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name) => known[name]);
    const response = await request(`${keycloak.url}/admin/realms/${realm}${filled}`, {
      method,
      headers: { authorization: `Bearer ${await currentToken()}`, 'content-type': 'application/json' },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (keep === 'client') known.client = response.headers.get('location').split('/').pop();
    if (keep === 'user') known.user = JSON.parse(text).id;
  },
  async vault({ method, path, json, keep }, known) {
    const response = await request(`${vault.url}/v1/${mount}/${path}`, {
      method,
      headers: { 'x-vault-token': vault.token, ...(method === 'PATCH' ? MERGE_PATCH : {}) },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (keep === 'document') known.document = JSON.parse(text).data.data;
  },
  async token({ scope, allowed }, { document }) {
    const { client_id: id, client_secret: secret } = document;
    const response = await request(`${keycloak.url}/realms/${realm}/protocol/openid-connect/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope === undefined ? {} : { scope }) }),
      allowed,
    });
    await response.text();
  },
};

for (const place of read ?? []) {
  await readTarget({ keycloak, vault }, { ...place, token: currentToken() });
}
let count = 0;
for (const chains of phases) {
  await each(chains, CHAINS_IN_FLIGHT, async (chain) => {
    const known = {};
    for (const step of chain) {
      await SENDERS[step.to](step, known);
      count += 1;
    }
  });
}
process.stdout.write(`${count} requests\n`);
