/**
 * The kernels over several threads: the whole suite, with the floor of work at 0, so that the smallest shape is
 * divided. The guards between buffers show a share that writes outside of its part.
 */

import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';
import { hasRelaxedSimd } from './relaxed-probe.js';

const several = [
  ['simd', 2],
  ['simd', 3],
  ['relaxed', 3],
] as const;

for (const [tier, threads] of several) {
  if (tier === 'relaxed' && !hasRelaxedSimd()) continue;
  testKernels({
    tier: `${tier}, ${threads} threads`,
    create: () => selectKernels({ tier, precision: 'float32', memoryLimit: 2 ** 28, threads, grain: 0 }),
    expectedTier: tier,
    threads,
  });
}
