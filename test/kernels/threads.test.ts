/**
 * The kernels over several threads: the whole suite, with the floor of work at 0, so that the smallest shape is
 * divided. The guards between buffers show a share that writes outside of its part.
 */

import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';

for (const threads of [2, 3]) {
  testKernels({
    tier: `simd, ${threads} threads`,
    create: () => selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: 2 ** 28, threads, grain: 0 }),
    expectedTier: 'simd',
    threads,
  });
}
