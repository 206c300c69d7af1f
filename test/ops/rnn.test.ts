/** The Elman layer over time: gradients by finite differences, shapes. Its values: test/layers/torch.test.ts. */

import { describe } from 'vitest';
import { NONLINEARITIES, RnnCell } from '../../src/ops/rnn.js';
import { testRecurrent } from './recurrent-cell.js';

describe.each(NONLINEARITIES)('%s', (nonlinearity) => {
  testRecurrent({
    name: 'rnn',
    gates: 1,
    states: ['h'],
    // With this seed no pre-activation lies within reach of the kink at 0, and no unit is silent at all steps.
    ...(nonlinearity === 'relu' || nonlinearity === 'leakyRelu' ? { step: 1e-4, seed: 3 } : {}),
    build: (parameters) => new RnnCell(parameters, { nonlinearity }),
  });
});
