// The floor of a plan that finds nothing to do: fetches what cannot be left out, and does nothing with it.
// BENCH_FLOOR: JSON of keycloak { url, username, password }, vault { url, token }, and places { realm, mount, folders }; with
// oneLogin it knows that the account of all places is the same.
import { adminToken, each } from './support/http.mjs';
import { readTarget } from './support/read-target.mjs';

const TARGETS_AT_A_TIME = 4;

const { places, oneLogin = false, ...servers } = JSON.parse(process.env.BENCH_FLOOR ?? '{}');
const logIn = () => adminToken(servers.keycloak);
const token = oneLogin ? logIn() : undefined;
let [clients, documents] = [0, 0];
await each(places, TARGETS_AT_A_TIME, async (place) => {
  const found = await readTarget(servers, { ...place, token: token ?? logIn() });
  clients += found.clients;
  documents += found.documents;
});
process.stdout.write(`${clients} clients, ${documents} documents\n`);
