/**
 * Writes dist/browser: the package for a page without a bundler, by
 *
 *     <script type="module">
 *       import { createEngine } from './node_modules/recurra/dist/browser/recurra.js';
 *     </script>
 *
 * One folder, so that the addresses of kernels and workers are the same for every file in it.
 *
 *     node scripts/browser-bundle.mjs
 */

import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

rmSync(at('browser'), { recursive: true, force: true });
const bundle = await rolldown({
  input: {
    recurra: at('index.js'),
    worker: at('worker/index.js'),
    'host.web': at('worker/host.web.js'),
    'worker.web': at('kernels/worker.web.js'),
  },
  platform: 'browser',
});
await bundle.write({
  dir: at('browser'),
  format: 'esm',
  minify: true,
  entryFileNames: '[name].js',
  chunkFileNames: 'part-[name]-[hash].js',
});
await bundle.close();
