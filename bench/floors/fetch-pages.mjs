// The floor of a plan that finds nothing to do: fetches what cannot be left out, and does nothing with it.
// BENCH_FLOOR: JSON of keycloak { url, username, password }, vault { url, token }, and places { realm, mount, folders }.
import { each } from './support/http.mjs';
import { readTarget } from './support/read-target.mjs';

const TARGETS_AT_A_TIME = 4;

const { places, ...servers } = JSON.parse(process.env.BENCH_FLOOR ?? '{}');
let [clients, documents] = [0, 0];
await each(places, TARGETS_AT_A_TIME, async (place) => {
  const found = await readTarget(servers, place);
  clients += found.clients;
  documents += found.documents;
});
process.stdout.write(`${clients} clients, ${documents} documents\n`);
