// What no reading of a target can leave out, given a token: the client scopes, all clients in pages, and for each folder a listing
// of the documents that are not deleted, for which Vault looks at each of them.
import { request } from './http.mjs';

const PAGES_IN_FLIGHT = 4;

/** Resolves to how many clients and documents there were. */
export async function readTarget({ keycloak, vault }, { token, realm, mount, folders, pageSize = 50 }) {
  const [clients, ...documents] = await Promise.all([
    fetchRealm(keycloak.url, token, realm, pageSize),
    ...folders.map((folder) => listFolder(vault, mount, folder)),
  ]);
  return { clients, documents: documents.reduce((sum, count) => sum + count, 0) };
}

async function fetchRealm(url, token, realm, pageSize) {
  const options = { headers: { authorization: `Bearer ${await token}` } };
  const admin = `${url}/admin/realms/${realm}`;
  let next = 0;
  let clients = 0;
  let ended = false;
  const fetchPages = async () => {
    while (!ended) {
      const first = next;
      next += pageSize;
      const page = await (await request(`${admin}/clients?first=${first}&max=${pageSize}`, options)).json();
      clients += page.length;
      if (page.length < pageSize) ended = true;
    }
  };
  const scopes = request(`${admin}/client-scopes`, options).then((response) => response.json());
  await Promise.all([scopes, ...Array.from({ length: PAGES_IN_FLIGHT }, fetchPages)]);
  return clients;
}

async function listFolder(vault, mount, folder) {
  const response = await request(`${vault.url}/v1/${mount}/metadata/${folder}?list=true&exclude_deleted=true`, {
    headers: { 'x-vault-token': vault.token },
  });
  return (await response.json()).data.keys.length;
}
