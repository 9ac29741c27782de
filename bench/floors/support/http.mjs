// What the bare scripts share: one request, a token of the administrator, and a few things at a time.

export async function request(url, { allowed = [], ...options } = {}) {
  const response = await fetch(url, options);
  if (!response.ok && !allowed.includes(response.status)) throw new Error(`${url} answers ${response.status}`);
  return response;
}

export async function adminToken({ url, username, password }) {
  const form = { grant_type: 'password', client_id: 'admin-cli', username, password };
  const body = new URLSearchParams(form);
  const answer = await request(`${url}/realms/master/protocol/openid-connect/token`, { method: 'POST', body });
  return (await answer.json()).access_token;
}

/** Runs `work` on every item, `inFlight` of them at a time. */
export async function each(items, inFlight, work) {
  const queue = items.values();
  const run = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: inFlight }, run));
}
