import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // package.json sends these names to dist/; the tests run the sources, and need only the two binaries built.
  resolve: {
    alias: {
      '#wasm': source('./src/kernels/binary.node.ts'),
      '#workers': source('./src/kernels/workers.node.ts'),
      '#storage': source('./src/checkpoint/storage.node.ts'),
      '#training': source('./src/worker/spawn.node.ts'),
    },
  },
  test: {
    include: ['test/**/*.test.ts'],
    // They need Chromium: `npm run test:browser`.
    exclude: ['test/browser/**'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Of two cores the default is one worker; the tests of the command line wait for processes most of the time.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
