/**
 * A project that uses recurra works unmodified from every bundler that the README names: a page of it is opened in
 * Chromium, trains on two threads and in a worker, and its loss falls.
 *
 *     npx tsx scripts/check-bundlers.mjs FOLDER
 *
 * @param FOLDER where the packed package and webpack are installed: `npm install recurra-X.tgz webpack`. What this writes
 *     lies there too. Vite and esbuild are the project's own.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { build, createServer } from 'vite';
import { Chromium } from '../test/browser/chromium.js';
import { htmlOf } from '../test/browser/bundle.js';
import { outcomeOf } from '../test/browser/outcome.js';
import { ISOLATION, serve } from '../test/browser/server.js';

/** What somebody writes who has read the README. */
const consumer = (entry, threads) => `
import { Corpus, LanguageModel, createEngine, evaluate, train } from '${entry}';

export async function run() {
  const engine = await createEngine({ seed: 1, threads: ${threads} });
  const corpus = Corpus.fromText('the cat sat on the mat. '.repeat(100), { level: 'char' });
  const model = new LanguageModel(engine, { vocabulary: corpus.vocabulary, hiddenSize: 96 });
  const loss = () => evaluate(model, corpus.tokens, { batch: 4, window: 16 }).loss;
  const before = loss();
  await train(model, corpus, { steps: 100, batch: 16, window: 16 });
  return { report: engine.report(), before, after: loss() };
}
`;

/** The same in a worker. */
const inWorker = `
import { startTraining } from 'recurra/worker';

export async function runInWorker() {
  const text = 'the cat sat on the mat. '.repeat(100);
  const losses = [];
  const onProgress = ({ loss }) => losses.push(loss);
  const training = await startTraining({ kind: 'text', text, train: { steps: 100, batch: 16, window: 16 } }, { onProgress });
  await training.finished;
  const { loss } = await training.ask('evaluate', { text });
  training.close();
  return { report: training.info.engine, before: losses[0], after: loss };
}
`;

const PLAIN = './node_modules/recurra/dist/browser/recurra.js';

/** @param threads that each call must have run on */
const publish = (calls, threads) => `
const settled = async () => [[${threads.join(', ')}], await Promise.all([${calls.join(', ')}])];
globalThis.outcome = settled().then((value) => ({ value }), (error) => ({ error: error.stack }));
`;

const pages = {
  'main.js': `import { run } from './consumer.js';\nimport { runInWorker } from './worker-consumer.js';\n${publish(['run()', 'runInWorker()'], [2, 1])}`,
  'consumer.js': consumer('recurra', 2),
  'worker-consumer.js': inWorker,
  'inline.js': `import { run } from './inline-consumer.js';\n${publish(['run()'], [1])}`,
  'inline-consumer.js': consumer('recurra/inline', 1),
  'plain.js': `import { run } from './plain-consumer.js';\n${publish(['run()'], [2])}`,
  'plain-consumer.js': consumer(PLAIN, 2),
  // Browsers ask for an icon, and the dev server has none.
  'index.html': htmlOf('consumer', 'main.js').replace('<title>', '<link rel="icon" href="data:,"><title>'),
};

const [folder] = process.argv.slice(2).map((path) => resolve(path));
if (folder === undefined) {
  console.error('check-bundlers: give the folder where the package and webpack are installed.');
  process.exit(2);
}

for (const [name, text] of Object.entries(pages)) writeFileSync(join(folder, name), text);

/** A site of each bundler. */
const tools = {
  'vite, dev server': async () => {
    const server = await createServer({
      root: folder,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', headers: ISOLATION },
    });
    await server.listen(0);
    return { url: server.resolvedUrls.local[0], close: () => server.close() };
  },
  'vite, build': async () => {
    const outDir = join(folder, 'dist-vite');
    await build({ root: folder, configFile: false, logLevel: 'error', build: { outDir } });
    return serve(outDir, { isolated: true });
  },
  webpack: async () => {
    const path = join(folder, 'dist-webpack');
    await runWebpack({
      mode: 'production',
      context: folder,
      entry: './main.js',
      output: { path, filename: 'main.js' },
    });
    writeFileSync(join(path, 'index.html'), htmlOf('consumer', 'main.js'));
    return serve(path, { isolated: true });
  },
  'esbuild, recurra/inline': async () => {
    const outdir = join(folder, 'dist-esbuild');
    mkdirSync(outdir, { recursive: true });
    const entryPoints = [join(folder, 'inline.js')];
    await esbuild({ entryPoints, outdir, bundle: true, minify: true, format: 'esm', logLevel: 'error' });
    writeFileSync(join(outdir, 'index.html'), htmlOf('consumer', 'inline.js'));
    return serve(outdir);
  },
  'no bundler, recurra.js': async () => {
    writeFileSync(join(folder, 'index.html'), htmlOf('consumer', 'plain.js'));
    return serve(folder, { isolated: true });
  },
};

/** Runs webpack of the folder. A warning is a failure too: its users would see it. */
async function runWebpack(configuration) {
  const webpack = createRequire(join(folder, 'package.json'))('webpack');
  const stats = await promisify(webpack)(configuration);
  if (stats.hasErrors() || stats.hasWarnings()) throw new Error(stats.toString({ colors: false }));
}

function check({ report, before, after }, threads) {
  if (report.kernels !== 'relaxed') throw new Error(`runs on ${report.kernels}: ${report.notes.join('; ')}`);
  if (report.threads !== threads) throw new Error(`runs on ${report.threads} threads: ${report.notes.join('; ')}`);
  if (!(after < 0.5 * before)) throw new Error(`the loss was ${before} and is ${after}`);
  return `${report.kernels}, ${threads} thread${threads > 1 ? 's' : ''}, loss ${before.toFixed(2)} to ${after.toFixed(2)}`;
}

const browser = await Chromium.launch();
let failures = 0;
for (const [name, start] of Object.entries(tools)) {
  try {
    const site = await start();
    const [threads, results] = await outcomeOf(browser, site.url, null);
    await site.close();
    const said = results.map((result, k) => check(result, threads[k]));
    console.log(`${name}: ${said.join('; in a worker: ')}`);
  } catch (error) {
    failures++;
    console.log(`${name}: FAILED\n${error.stack}`);
  }
}
await browser.close();
process.exit(failures === 0 ? 0 : 1);
