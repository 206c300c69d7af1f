import { defineConfig } from 'vitest/config';
import node from './vitest.config.js';

/** The tests in Chromium: `npm run test:browser`. They run the built package. */
export default defineConfig({
  ...node,
  test: {
    include: ['test/browser/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    // Each file has a Chromium of its own, with several processes.
    maxWorkers: 1,
  },
});
