/** Pages made of the modules in pages/ and of the built package, as Vite makes them; kept in memory. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import type { Rolldown } from 'vite';

const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));
const PAGES: string = fileURLToPath(new URL('pages/', import.meta.url));

/**
 * Bundles one module.
 * @param folder where it lies, with a slash at the end; default pages/
 * @returns the files of a site: index.html, which runs it, and what it needs
 */
export async function bundlePage(name: string, folder: string = PAGES): Promise<Map<string, string | Uint8Array>> {
  const result = (await build({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    resolve: { alias: aliases() },
    // The tests of a few kernels ask for the machine, which is this one.
    define: { 'process.arch': JSON.stringify(process.arch) },
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: {
        input: `${folder}${name}.ts`,
        output: { entryFileNames: `${name}.js` },
        // package.json says that modules do nothing when they are loaded; tests do.
        treeshake: false,
      },
    },
  })) as Rolldown.RolldownOutput;
  const files = new Map(result.output.map((file) => [file.fileName, contentOf(file)]));
  return files.set('index.html', htmlOf(name, `${name}.js`));
}

/** The smallest page that runs one script. */
export function htmlOf(title: string, script: string): string {
  return `<!doctype html><html lang="en"><title>${title}</title><script type="module" src="./${script}"></script></html>\n`;
}

function contentOf(file: Rolldown.OutputChunk | Rolldown.OutputAsset): string | Uint8Array {
  return file.type === 'chunk' ? file.code : file.source;
}

/** The package by its name, its modules where a test asks for their sources, and vitest as browsers can run it. */
function aliases(): { find: string | RegExp; replacement: string }[] {
  const { exports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
    exports: Record<string, string | { default: string }>;
  };
  const entries = Object.entries(exports).map(([name, target]) => ({
    find: new RegExp(`^recurra${name.slice(1)}$`),
    replacement: `${ROOT}${(typeof target === 'string' ? target : target.default).slice(2)}`,
  }));
  return [
    ...entries,
    { find: /^(?:\.\.\/)+src\/(.*)\.js$/, replacement: `${ROOT}dist/$1.js` },
    { find: /^vitest$/, replacement: `${PAGES}vitest.ts` },
  ];
}
