import { defineConfig } from 'vitest/config';

/** Of a provider in memory, and of one whose server is emulated. */
const CONTRACTS_WITHOUT_SERVERS = [
  'test/contract/provider/provider-memory.test.ts',
  'test/contract/provider/provider-auth0.test.ts',
];

export default defineConfig({
  test: {
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      exclude: ['src/**/*.test.ts'],
      reporter: ['text-summary', 'html', 'json-summary'],
      // What needs a server is covered by the project `servers` alone.
      thresholds: { lines: 85 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src/**/*.test.ts',
            'demo/**/*.test.ts',
            'test/golden/*.test.ts',
            'test/fixtures/**/*.test.ts',
            'test/structure/*.test.ts',
            'test/support/*.test.ts',
          ],
          setupFiles: ['test/support/network-off.ts', 'test/support/shrink-limit.ts'],
          // Nothing here takes long; the machine may be busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          // Whole runs, many of them, in memory and against the emulator of Auth0.
          name: 'laws',
          include: [
            ...CONTRACTS_WITHOUT_SERVERS,
            'test/laws/**/*.test.ts',
            'test/support/auth0/*.test.ts',
            'test/auth0/*.test.ts',
            'test/examples/*.test.ts',
          ],
          setupFiles: ['test/support/network-off.ts'],
          // `npm run soak` runs each law thousands of times.
          testTimeout: Number(process.env['LAW_TIMEOUT'] ?? 60_000),
        },
      },
      {
        test: {
          // Amounts that take many seconds: no part of `npm run check`.
          name: 'slow',
          include: ['test/slow/*.test.ts'],
          setupFiles: ['test/support/network-off.ts'],
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'servers',
          include: ['test/contract/**/*.test.ts', 'test/servers/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          exclude: CONTRACTS_WITHOUT_SERVERS,
          globalSetup: ['test/support/servers/servers.ts', 'test/support/servers/moto-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
