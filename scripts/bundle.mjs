/**
 * Joins what tsc has written, file for file, where many small files would be read one by one:
 *
 * - dist/browser, the package for a page without a bundler, by
 *   `import { createEngine } from './node_modules/recurra/dist/browser/recurra.js'`;
 * - dist/cli/main.js and demo.js, which start in half the time.
 *
 *     node scripts/bundle.mjs
 */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const at = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));

/** One flat folder at a depth of two, so that the addresses of kernels and workers hold for every file in it. */
async function bundle(folder, input, { minify, ...options }) {
  const made = await rolldown({ input, ...options });
  const names = { entryFileNames: '[name].js', chunkFileNames: 'part-[name]-[hash].js' };
  const { output } = await made.generate({ format: 'esm', minify, ...names });
  await made.close();
  rmSync(at(folder), { recursive: true, force: true });
  mkdirSync(at(folder));
  for (const { fileName, code } of output) writeFileSync(join(at(folder), fileName), code);
}

const pages = { recurra: 'index.js', worker: 'worker/index.js', 'host.web': 'worker/host.web.js' };
await bundle(
  'browser',
  Object.fromEntries(Object.entries({ ...pages, 'worker.web': 'kernels/worker.web.js' }).map(([k, v]) => [k, at(v)])),
  { platform: 'browser', minify: true },
);
await bundle(
  'cli',
  { main: at('cli/main.js'), demo: at('cli/demo.js') },
  { platform: 'node', minify: false, external: /^(node:|[a-z])/ },
);
