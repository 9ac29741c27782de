// What `npm run build` makes of src/, demo/ and the libraries: one file per set of modules that the same commands need.
import { defineConfig } from 'rolldown';

/**
 * The admin client carries a second, generated client for an API that grantry does not call. It is made when somebody asks
 * for `clients.v2()`, but loaded by everybody: 160 files, a tenth of a second.
 */
const withoutGeneratedClient = {
  name: 'without-generated-client',
  load: {
    filter: { id: /[\\/]keycloak-admin-client[\\/]lib[\\/]resources[\\/]clientsV2\.js$/ },
    handler: () => 'export class ClientsV2 {}',
  },
};

export default defineConfig({
  input: {
    main: 'src/main.ts',
    // For the scripts.
    'demo/kit': 'demo/kit.ts',
    'demo/auth0-story': 'demo/auth0/story-process.ts',
  },
  // AWS's chain of credentials may be left out, and loads its own parts by need.
  external: ['@aws-sdk/credential-provider-node'],
  platform: 'node',
  plugins: [withoutGeneratedClient],
  // Libraries that are CommonJS take it for granted; a module in the bundle is none.
  transform: { define: { __filename: 'import.meta.filename' } },
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'esm',
    chunkFileNames: 'chunks/[name].js',
  },
});
