/** The compiled kernels, read from the package's files (Node, Bun, Deno). */

import { readFile } from 'node:fs/promises';

const FILES = {
  simd: new URL('../../dist/kernels/kernels.simd.wasm', import.meta.url),
  relaxed: new URL('../../dist/kernels/kernels.relaxed.wasm', import.meta.url),
};

/** The bytes of one binary. */
export async function kernelBinary(tier: 'simd' | 'relaxed'): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(FILES[tier]));
}
