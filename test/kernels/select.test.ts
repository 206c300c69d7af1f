/** Which kernels are chosen, and what is said of those that were not. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { KernelUnavailableError } from '../../src/errors.js';
import { selectKernels, TIERS } from '../../src/kernels/select.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

const LIMIT = 2 ** 28;
const NARROW = 'WebAssembly kernels are 32-bit, float64 runs on js';
const MISSING = 'this runtime has no WebAssembly';

afterEach(() => vi.unstubAllGlobals());

/** A runtime that compiles nothing. */
function stubCompile(message: string): void {
  const compile = (): Promise<never> => Promise.reject(new Error(message));
  vi.stubGlobal('WebAssembly', Object.assign(Object.create(WebAssembly) as typeof WebAssembly, { compile }));
}

describe('selectKernels', () => {
  it('auto takes the fastest there is', async () => {
    const { tier, notes } = await selectKernels({ tier: 'auto', precision: 'float32', memoryLimit: LIMIT });
    expect(tier).toBe(hasRelaxedSimd() ? 'relaxed' : 'simd');
    expect(notes).toHaveLength(TIERS.indexOf(tier));
  });

  it('auto runs 64-bit floats in JavaScript and says why', async () => {
    const { tier, notes, heap } = await selectKernels({ tier: 'auto', precision: 'float64', memoryLimit: LIMIT });
    expect(tier).toBe('js');
    expect(heap.floats).toBeInstanceOf(Float64Array);
    expect(notes).toEqual([`relaxed: ${NARROW}`, `simd: ${NARROW}`]);
  });

  it('auto runs in JavaScript where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const { tier, notes } = await selectKernels({ tier: 'auto', precision: 'float32', memoryLimit: LIMIT });
    expect(tier).toBe('js');
    expect(notes).toEqual([`relaxed: ${MISSING}`, `simd: ${MISSING}`]);
  });

  it('a tier asked for by name is not replaced by another', async () => {
    const error = await selectKernels({ tier: 'simd', precision: 'float64', memoryLimit: LIMIT }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(KernelUnavailableError);
    expect((error as Error).message).toBe(
      `createEngine: kernels 'simd' cannot run here: ${NARROW}. Leave it out, or say 'auto', for the best there is.`,
    );
  });

  it.each([
    "WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive because 'unsafe-eval' is not an allowed source of script",
    'call to WebAssembly.compile() blocked by CSP',
    "Refused to create a WebAssembly object because 'unsafe-eval' is not allowed in the following Content Security Policy directive: \"script-src 'self'\".",
  ])("says what a page's policy lacks: %s", async (message) => {
    stubCompile(message);
    const { tier, notes } = await selectKernels({ tier: 'auto', precision: 'float32', memoryLimit: LIMIT });
    expect(tier).toBe('js');
    expect(notes.at(-1)).toBe(
      "simd: the page's Content-Security-Policy does not allow WebAssembly: script-src needs 'wasm-unsafe-eval'",
    );
  });

  it('says why a binary was not loaded, in one sentence', async () => {
    stubCompile('out of memory.');
    const error = await selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: LIMIT }).catch(
      (thrown: unknown) => thrown,
    );
    expect((error as Error).message).toBe(
      "createEngine: kernels 'simd' cannot run here: loading failed: out of memory. Leave it out, or say 'auto', for the best there is.",
    );
  });

  it.each(['auto', 'simd', 'js'] as const)('%s gives the heap its limit', async (tier) => {
    const { heap } = await selectKernels({ tier, precision: 'float32', memoryLimit: 3_000_000 });
    expect(() => heap.grow(3_000_001)).toThrow('the limit is 3.0 MB');
  });
});
