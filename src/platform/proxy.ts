type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** Whether the environment asks for a proxy. */
export function wantsProxy(env: Environment): boolean {
  return VARIABLES.some((name) => (env[name] ?? '') !== '');
}

/**
 * Makes `fetch` go through the proxy that HTTPS_PROXY, HTTP_PROXY and NO_PROXY name; does nothing when none is set.
 * Node does this by itself only from version 24 on, and only when told to.
 */
export async function installProxy(env: Environment): Promise<void> {
  if (!wantsProxy(env)) {
    return;
  }
  const { EnvHttpProxyAgent, setGlobalDispatcher } = await import('undici');
  setGlobalDispatcher(new EnvHttpProxyAgent());
}
