/** The compiled kernels, read from the package's files (Node, Bun, Deno). */

import { readFile } from 'node:fs/promises';

/** A tier, with a memory of its own or, for several threads, a shared one. */
export type BinaryName = 'simd' | 'relaxed' | 'simd.threads' | 'relaxed.threads';

const FILES: Readonly<Record<BinaryName, URL>> = {
  simd: new URL('../../dist/kernels/kernels.simd.wasm', import.meta.url),
  relaxed: new URL('../../dist/kernels/kernels.relaxed.wasm', import.meta.url),
  'simd.threads': new URL('../../dist/kernels/kernels.simd.threads.wasm', import.meta.url),
  'relaxed.threads': new URL('../../dist/kernels/kernels.relaxed.threads.wasm', import.meta.url),
};

/** The bytes of one binary. */
export async function kernelBinary(name: BinaryName): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(FILES[name]));
}
