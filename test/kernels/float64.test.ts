/** The JavaScript kernels on 64-bit floats: the oracle of the gradient checks, held to 1e-12. */

import { selectKernels } from '../../src/kernels/select.js';
import { testKernels } from './conformance.js';

testKernels({
  tier: 'js, float64',
  create: () => selectKernels({ tier: 'js', precision: 'float64', memoryLimit: 2 ** 28 }),
  expectedTier: 'js',
});
