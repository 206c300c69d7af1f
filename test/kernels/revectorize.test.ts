/** Joined vectors: where they are to be had, what is said elsewhere, and that a wrong result is not let through. */

import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.js';
import { KernelUnavailableError, OptionError } from '../../src/errors.js';
import { checkRevectorized } from '../../src/kernels/revectorize.js';
import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';

const LIMIT = 2 ** 28;
const { node } = process.versions;
const isAvailable = Number.parseInt(node, 10) >= 24 && process.arch === 'x64';

describe('revectorize', () => {
  it.each([{ kernels: 'js' }, { precision: 'float64' }] as const)('is refused with %j', async (options) => {
    await expect(createEngine({ ...options, revectorize: true })).rejects.toThrow(
      new OptionError("createEngine: revectorize joins WebAssembly's vectors, the js kernels have none. Leave it out."),
    );
  });

  it('takes true or false', async () => {
    await expect(createEngine({ revectorize: 'yes' as unknown as boolean })).rejects.toThrow(OptionError);
  });

  // What is said where it is to be had is the suite below.
  it.runIf(!isAvailable)('says what it needs and what this is', async () => {
    await expect(createEngine({ revectorize: true })).rejects.toThrow(
      new KernelUnavailableError(
        `createEngine: revectorize needs Node 24 or later on x64, this is Node ${node} on ${process.arch}. ` +
          'Leave it out: the kernels run without it.',
      ),
    );
  });

  it('lets no wrong result through', async () => {
    const { heap, kernels } = await selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: LIMIT });
    expect(() => checkRevectorized(kernels, heap)).not.toThrow();
    expect(heap.floats.subarray(1024).every((x) => x === 0)).toBe(true);
    const faulty = {
      ...kernels,
      gemmTN: (...args: Parameters<typeof kernels.gemmTN>) => {
        kernels.gemmTN(...args);
        heap.floats[args[0] / 4 + 5]! += 0.01;
      },
    };
    expect(() => checkRevectorized(faulty, heap)).toThrow(KernelUnavailableError);
    expect(() => checkRevectorized(faulty, heap)).toThrow(/fails its self-check on this machine: gemmTN gave/);
  });
});

// Node 20 and 22 cannot join vectors, nor can other processors; the message above says so there.
if (isAvailable) {
  testKernels({
    tier: 'relaxed, joined vectors',
    create: () => selectKernels({ tier: 'relaxed', precision: 'float32', memoryLimit: LIMIT, revectorize: true }),
    expectedTier: 'relaxed',
  });
}
