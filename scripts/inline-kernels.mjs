/**
 * Writes dist/inline.js, which is `recurra` with the kernels inside, for bundlers that do not ship .wasm files. Without the
 * binaries of several threads: those need a worker's file as well.
 *
 *     node scripts/inline-kernels.mjs
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../dist/${path}`, import.meta.url));
const names = ['simd', 'relaxed'];
const file = (name) => at(`kernels/kernels.${name}.wasm`);

// Types are built without kernels, too.
if (names.every((name) => existsSync(file(name)))) {
  const binaries = names.map((name) => `  ${name}: '${readFileSync(file(name)).toString('base64')}',`);
  writeFileSync(
    at('inline.js'),
    `/** \`recurra\` with its kernels inside. Written by scripts/inline-kernels.mjs. */

import { createEngine as create } from './index.js';

export * from './index.js';

const BINARIES = {
${binaries.join('\n')}
};

const bytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** As that of \`recurra\`, from the kernels in this file unless \`wasm\` says otherwise; joined vectors need the package's files. */
export function createEngine(options = {}) {
  const { wasm, kernels, precision, revectorize } = options;
  if (wasm !== undefined || kernels === 'js' || precision === 'float64' || revectorize) return create(options);
  return create({ ...options, wasm: Object.fromEntries(Object.entries(BINARIES).map(([k, v]) => [k, bytes(v)])) });
}
`,
  );
}
