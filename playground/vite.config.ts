/** `npm run playground` serves the page; `npm run playground:build` makes it a folder of files for any server. */

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { offline } from './offline.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

// oxlint-disable-next-line import/no-default-export -- Vite asks for one
export default defineConfig({
  root: at('.'),
  // Relative addresses, so that the folder can be served from anywhere.
  base: './',
  resolve: {
    // The library as its users get it: built.
    alias: [
      { find: /^recurra$/, replacement: at('../dist/index.js') },
      { find: /^recurra\/worker$/, replacement: at('../dist/worker/index.js') },
    ],
  },
  plugins: [offline()],
  worker: { format: 'es' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // A policy without data: must do, and a .wasm file is compiled while it comes.
    assetsInlineLimit: 0,
    // A name that other pages can give.
    rolldownOptions: { output: { entryFileNames: 'recurra-playground.js' } },
  },
  server: { host: '127.0.0.1', fs: { allow: [at('..')] } },
});
