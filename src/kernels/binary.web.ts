/** The compiled kernels, fetched beside this module: bundlers see the four URLs and ship the files. */

/** A tier, with a memory of its own or, for several threads, a shared one. */
export type BinaryName = 'simd' | 'relaxed' | 'simd.threads' | 'relaxed.threads';

const FILES = {
  simd: (): URL => new URL('../../dist/kernels/kernels.simd.wasm', import.meta.url),
  relaxed: (): URL => new URL('../../dist/kernels/kernels.relaxed.wasm', import.meta.url),
  'simd.threads': (): URL => new URL('../../dist/kernels/kernels.simd.threads.wasm', import.meta.url),
  'relaxed.threads': (): URL => new URL('../../dist/kernels/kernels.relaxed.threads.wasm', import.meta.url),
};

/** The bytes of one binary. */
export async function kernelBinary(name: BinaryName): Promise<Uint8Array<ArrayBuffer>> {
  const url = FILES[name]();
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
