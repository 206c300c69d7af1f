/** The WebAssembly kernels without fused multiply-add. */

import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';

testKernels({
  tier: 'simd',
  create: () => selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: 2 ** 28 }),
  expectedTier: 'simd',
});
