import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'demo/*.test.ts', 'test/golden/*.test.ts', 'test/support/*.test.ts'],
          setupFiles: ['test/support/network-off.ts'],
          // Nothing here takes long; the machine may be busy.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          // Whole runs, many of them, in memory and against the emulator of Auth0.
          name: 'laws',
          include: [
            'test/laws/**/*.test.ts',
            'test/support/auth0/*.test.ts',
            'test/auth0/*.test.ts',
            'test/examples/*.test.ts',
          ],
          setupFiles: ['test/support/network-off.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'servers',
          include: ['test/contract/**/*.test.ts', 'test/integration/**/*.test.ts', 'test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/servers.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
