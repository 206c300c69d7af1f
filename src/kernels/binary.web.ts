/** The compiled kernels, fetched beside this module: bundlers see the two URLs and ship the files. */

/** The bytes of one binary. */
export async function kernelBinary(tier: 'simd' | 'relaxed'): Promise<Uint8Array<ArrayBuffer>> {
  const url =
    tier === 'simd'
      ? new URL('../../dist/kernels/kernels.simd.wasm', import.meta.url)
      : new URL('../../dist/kernels/kernels.relaxed.wasm', import.meta.url);
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
