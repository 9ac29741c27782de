// The floor of a no-op plan: fetches the pages that cannot be left out, and does nothing with them.
// BENCH_FLOOR: JSON of keycloak { url, username, password }, realm, vault { url, token }, mount and folders.
const { keycloak, realm, vault, mount, folders } = JSON.parse(process.env.BENCH_FLOOR ?? '{}');

const PAGE_SIZE = 50;
const PAGES_IN_FLIGHT = 4;

async function fetchJson(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return response.json();
}

async function fetchRealm() {
  const form = {
    grant_type: 'password',
    client_id: 'admin-cli',
    username: keycloak.username,
    password: keycloak.password,
  };
  const tokenUrl = `${keycloak.url}/realms/master/protocol/openid-connect/token`;
  const { access_token: token } = await fetchJson(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
  const options = { headers: { authorization: `Bearer ${token}` } };
  const admin = `${keycloak.url}/admin/realms/${realm}`;
  let next = 0;
  let clients = 0;
  let ended = false;
  const fetchPages = async () => {
    while (!ended) {
      const first = next;
      next += PAGE_SIZE;
      const page = await fetchJson(`${admin}/clients?first=${first}&max=${PAGE_SIZE}`, options);
      clients += page.length;
      if (page.length < PAGE_SIZE) ended = true;
    }
  };
  const scopes = fetchJson(`${admin}/client-scopes`, options);
  await Promise.all([scopes, ...Array.from({ length: PAGES_IN_FLIGHT }, fetchPages)]);
  return clients;
}

async function listFolder(folder) {
  const { data } = await fetchJson(`${vault.url}/v1/${mount}/metadata/${folder}?list=true`, {
    headers: { 'x-vault-token': vault.token },
  });
  return data.keys.length;
}

const [clients, ...documents] = await Promise.all([fetchRealm(), ...folders.map(listFolder)]);
process.stdout.write(`${clients} clients, ${documents.reduce((sum, count) => sum + count, 0)} documents\n`);
