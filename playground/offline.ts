/** Writes the names of the built files into the service worker that keeps them. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Plugin } from 'vite';

const WORKER = 'offline.js';

/** The plugin. */
export function offline(): Plugin {
  let folder = '';
  return {
    name: 'playground-offline',
    apply: 'build',
    configResolved({ root, build }) {
      folder = join(root, build.outDir);
    },
    async closeBundle() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      const files = entries
        .filter((entry) => entry.isFile() && entry.name !== WORKER)
        .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
        .sort();
      const path = join(folder, WORKER);
      const source = await readFile(path, 'utf8');
      await writeFile(path, source.replace('const FILES = [];', `const FILES = ${JSON.stringify(files)};`));
    },
  };
}
