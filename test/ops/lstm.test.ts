/** The LSTM over time: gradients by finite differences, shapes. Its values: test/layers/torch.test.ts. */

import { LstmCell } from '../../src/ops/lstm.js';
import { testRecurrent } from './recurrent-cell.js';

testRecurrent({
  name: 'lstm',
  gates: 4,
  states: ['h', 'c'],
  build: (parameters) => new LstmCell(parameters),
});
