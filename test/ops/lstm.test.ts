/** The LSTM over time: gradients by finite differences, shapes. Its values: test/layers/torch.test.ts. */

import { lstm } from '../../src/ops/lstm.js';
import { RecurrentWeights } from '../../src/ops/recurrent.js';
import { testRecurrent } from './recurrent-cell.js';

testRecurrent({
  name: 'lstm',
  gates: 4,
  states: ['h', 'c'],
  build(parameters) {
    const weights = new RecurrentWeights('lstm', 4, parameters);
    return (x, h0, c0) => lstm(x, h0, c0, weights);
  },
});
