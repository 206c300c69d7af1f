/**
 * What pages load, in bytes as gzip makes them, and what they may load at most.
 *
 *     npm run check:size        once the library and the playground are built
 *
 * A page loads its script, what that imports, and one binary of kernels (a browser without fused multiply-adds asks for
 * two, and keeps one); what is imported when it is chosen (threads,
 * joined vectors, JavaScript kernels) counts for nobody who does not choose it.
 */

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

for (const built of ['dist/index.js', 'playground/dist/index.html']) {
  if (existsSync(at(built))) continue;
  console.error(`check-size: there is no ${built}. Run npm run build and npm run playground:build before.`);
  process.exit(2);
}

/** The most that a page with a language model, and the playground, may load. */
const [PAGE, PLAYGROUND] = [60_000, 200_000];

const sizeOf = (content) => gzipSync(content, { level: 9 }).length;

/** A page that imports this, built by Vite; its own code is a few lines. */
async function page(names) {
  const code = `import { ${names} } from 'recurra';\nasync function run() { return [${names}]; }\nglobalThis.run = run;`;
  const virtual = {
    name: 'page',
    resolveId: (id) => (id === 'recurra' ? at('dist/index.js') : id === 'page' ? '\0page' : undefined),
    load: (id) => (id === '\0page' ? code : undefined),
  };
  const { output } = await build({
    root: at('.'),
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    plugins: [virtual],
    // Vite's own script for the loading of modules is not the library's.
    build: { write: false, target: 'es2022', modulePreload: false, rolldownOptions: { input: 'page' } },
  });
  const files = new Map(output.map((file) => [file.fileName, file]));
  const loaded = new Set();
  const load = (name) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const imported of files.get(name).imports) load(imported);
  };
  load(output.find(({ isEntry }) => isEntry).fileName);
  const scripts = [...loaded].reduce((sum, name) => sum + sizeOf(files.get(name).code), 0);
  const binaries = output.filter(({ fileName }) => /kernels\.\w+-[^.]*\.wasm$/.test(fileName));
  if (binaries.length !== 2) throw new Error(`expected two binaries for one thread, got ${binaries.length}`);
  const kernels = Math.max(...binaries.map(({ source }) => sizeOf(source)));
  return [scripts, kernels];
}

/** All that a visit loads and keeps: the files of the build but the kernels of the other tier. */
async function playground() {
  const folder = at('playground/dist');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const isKernels = (file) => file.endsWith('.wasm');
  const kernels = { relaxed: 0, simd: 0 };
  let scripts = 0;
  for (const file of files) {
    const size = sizeOf(await readFile(file));
    if (!isKernels(file)) scripts += size;
    else kernels[file.includes('relaxed') ? 'relaxed' : 'simd'] += size;
  }
  return [scripts, Math.max(...Object.values(kernels))];
}

/** Says what something comes to, and whether that is too much. */
function report(name, [scripts, kernels], most) {
  const total = scripts + kernels;
  console.log(`${name}: ${scripts} and ${kernels} of kernels: ${total} bytes, at most ${most}`);
  if (total > most) process.exitCode = 1;
}

const LAYERS = 'Adam, Corpus, createEngine, crossEntropy, Embedding, Linear, LSTM, windows';
report('page: LanguageModel, train', await page('Corpus, createEngine, LanguageModel, train'), PAGE);
report('page: layers, loss, optimizer', await page(LAYERS), PAGE);
report('playground', await playground(), PLAYGROUND);
