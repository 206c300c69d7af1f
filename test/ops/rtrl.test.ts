/** A step of real-time recurrent learning: gradients through several steps by finite differences. */

import { describe, expect, test } from 'vitest';
import type { Parameter } from '../../src/memory/parameter.js';
import type { View } from '../../src/memory/view.js';
import { NONLINEARITIES } from '../../src/ops/rnn.js';
import { CarriedSensitivities, lstmCell, rnnCell, rtrl } from '../../src/ops/rtrl.js';
import { doubleEngine } from '../engine/settings.js';
import { drawn, gradcheck, numbers } from './gradcheck.js';

const [T, B, I, H] = [4, 2, 3, 5];

const cells = [
  ...NONLINEARITIES.map((nonlinearity) => ({
    name: nonlinearity,
    cell: rnnCell(nonlinearity),
    // As for the layer over time: the kink of relu out of reach, no unit silent at all steps.
    options: nonlinearity === 'relu' ? { step: 1e-4, seed: 3 } : { seed: 1 },
  })),
  { name: 'lstm', cell: lstmCell, options: { seed: 1 } },
];

describe.each(cells)('$name', ({ cell, options: { seed, ...options } }) => {
  test.each(['with biases', 'without biases'])(
    'the gradient of the last output reaches every parameter through all steps, %s',
    async (biases) => {
      const engine = await doubleEngine(seed);
      const width = cell.gates * H;
      const bias = (name: string): Parameter | undefined =>
        biases === 'with biases' ? drawn(engine, name, [width]) : undefined;
      const weights = {
        weightIh: drawn(engine, 'weight_ih', [width, I]),
        weightHh: drawn(engine, 'weight_hh', [width, H]),
        biasIh: bias('bias_ih'),
        biasHh: bias('bias_hh'),
      };
      const xs = Array.from({ length: T }, () => ({ data: numbers(engine.random, B * I), shape: [B, I] }));
      const states = Array.from({ length: cell.states }, () => ({
        data: numbers(engine.random, B * H),
        shape: [B, H],
      }));
      const carried = new CarriedSensitivities(cell, weights, B);
      // Only the last output has a gradient, so that the sensitivities are those of its step.
      const outputs = (): View[] => {
        carried.reset(states);
        return xs.map((x) => rtrl(carried, engine.input(x))).slice(-1);
      };
      const parameters = Object.values(weights).filter((parameter) => parameter !== undefined);
      expect(gradcheck(engine, parameters, outputs, options)).toEqual([]);
    },
  );
});

test('weights of another cell are refused', async () => {
  const engine = await doubleEngine();
  const weights = {
    weightIh: drawn(engine, 'weight_ih', [3 * H, I]),
    weightHh: drawn(engine, 'weight_hh', [3 * H, H]),
    biasIh: undefined,
    biasHh: undefined,
  };
  expect(() => new CarriedSensitivities(lstmCell, weights, B)).toThrow(
    'rtrl: weight_hh must be (4H, H) = (20, 5), got (15, 5). H = 5 comes from weight_hh.',
  );
});
