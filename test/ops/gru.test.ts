/** The GRU over time: gradients by finite differences, shapes. Its values: test/layers/torch.test.ts. */

import { GruCell } from '../../src/ops/gru.js';
import { testRecurrent } from './recurrent-cell.js';

testRecurrent({
  name: 'gru',
  gates: 3,
  states: ['h'],
  build: (parameters) => new GruCell(parameters),
});
