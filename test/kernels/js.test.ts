/** The JavaScript kernels on 32-bit floats. */

import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';

testKernels({
  tier: 'js, float32',
  create: () => selectKernels({ tier: 'js', precision: 'float32', memoryLimit: 2 ** 28 }),
  expectedTier: 'js',
});
