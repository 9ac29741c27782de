// npm run demo -- --provider auth0: the story on an emulated tenant of Auth0, which needs neither containers nor Java.
// The emulator is part of the tests, not of the program: it is compiled here, and served with a certificate of its own.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout, passThrough, run, ScriptError, step } from './process.mjs';

const COMPILED = join(checkout, 'node_modules/.cache/grantry/emulator');
const CA_FILE = 'ca.pem';

/** What the arguments say: the provider, and what is left of them. */
export function takeProvider(args) {
  const at = args.indexOf('--provider');
  const joined = args.find((arg) => arg.startsWith('--provider='));
  const provider = joined?.slice('--provider='.length) ?? (at === -1 ? 'keycloak' : args[at + 1]);
  if (provider !== 'keycloak' && provider !== 'auth0') {
    throw new ScriptError(`the demo knows no provider ${provider ?? 'without a name'}`, 'Say keycloak or auth0.');
  }
  const rest = args.filter((arg, index) => arg !== joined && (at === -1 || (index !== at && index !== at + 1)));
  if (provider === 'auth0' && rest.length > 0) {
    throw new ScriptError(`the demo of Auth0 takes no ${rest[0]}`, 'It leaves nothing behind that could be kept.');
  }
  return { provider, rest };
}

/** The dependencies must be installed and the program built; resolves to the exit code. */
export async function demoAuth0() {
  const { startAuth0Emulator } = await compileEmulator();
  const folder = mkdtempSync(join(tmpdir(), 'grantry-demo-tenant-'));
  // Also when a terminal is closed or Ctrl-C comes twice.
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', remove);
  const tls = await makeCertificate();
  writeFileSync(join(folder, CA_FILE), tls.cert);
  const emulator = await startAuth0Emulator({ tls });
  try {
    return await passThrough(process.execPath, [join(checkout, 'scripts/demo-auth0-story.mjs')], {
      env: { ...process.env, ...environmentOf(emulator), NODE_EXTRA_CA_CERTS: join(folder, CA_FILE) },
    });
  } finally {
    await emulator.close();
    remove();
  }
}

async function compileEmulator() {
  await step('compile the emulator of Auth0', async () => {
    rmSync(COMPILED, { recursive: true, force: true });
    const compiler = join(checkout, 'node_modules/typescript/bin/tsc');
    await run(process.execPath, [compiler, '-p', 'tsconfig.emulator.json'], { log: 'compile-emulator' });
    // Below node_modules the package.json of the checkout does not count.
    writeFileSync(join(COMPILED, 'package.json'), '{"type": "module"}\n');
  });
  return import(pathToFileURL(join(COMPILED, 'auth0/emulator.js')).href);
}

/** For localhost, signed by itself. */
async function makeCertificate() {
  const { generate } = await import('selfsigned');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
    ],
  });
  return { key, cert };
}

/** grantry's own account, as a user would have it; and no proxy, since the tenant is on this machine. */
function environmentOf({ domain, clientId, clientSecret }) {
  return {
    DEMO_AUTH0_DOMAIN: domain,
    DEMO_AUTH0_CLIENT: clientId,
    GRANTRY_AUTH0_SECRET: clientSecret,
    GRANTRY_ALLOWED_HOSTS: domain,
    NO_PROXY: 'localhost',
    no_proxy: 'localhost',
  };
}
