/** Which kernels are chosen, and what is said of those that were not. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { KernelUnavailableError } from '../../src/errors.js';
import { selectKernels, TIERS } from '../../src/kernels/select.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

const LIMIT = 2 ** 28;
const NARROW = 'WebAssembly kernels are 32-bit, float64 runs on js';
const MISSING = 'this runtime has no WebAssembly';

afterEach(() => vi.unstubAllGlobals());

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

  it.each(['auto', 'simd', 'js'] as const)('%s gives the heap its limit', async (tier) => {
    const { heap } = await selectKernels({ tier, precision: 'float32', memoryLimit: 3_000_000 });
    expect(() => heap.grow(3_000_001)).toThrow('the limit is 3.0 MB');
  });
});
