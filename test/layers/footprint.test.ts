/** Recurrent layers with every option on an engine: the bits of one thread on several, and memory that does not grow. */

import { afterAll, expect, test } from 'vitest';
import { createEngine, Engine } from '../../src/engine.js';
import { selectKernels } from '../../src/kernels/select.js';
import type { Selection } from '../../src/kernels/select.js';
import type { View } from '../../src/memory/view.js';
import { Adam } from '../../src/optim/adam.js';
import { numbers } from '../ops/gradcheck.js';
import { weightedSum } from '../ops/weighted-sum.js';
import { EVERY_PART, layerOf, listed, titled } from './layer-cases.js';
import type { LayerCase } from './layer-cases.js';
import { drawnBatch, trained } from './layer-runs.js';

const draws = { recurrentDropout: 0.2, weightDropout: 0.2, zoneout: 0.2 };
const stack = { numLayers: 2, dropout: 0.2, dropoutMask: 'sequence', bidirectional: true, learnInitialState: true };
const cases = (
  [
    { cell: 'RNN', options: { ...draws, ...stack, merge: 'mean' } },
    { cell: 'RNN', options: { independent: true, ...stack, residual: true, merge: 'product' } },
    { cell: 'GRU', options: { ...draws, ...stack, gateClip: 1 } },
    { cell: 'GRU', options: { resetAfter: false, ...draws, ...stack, gateClip: 1 } },
    { cell: 'LSTM', options: { ...draws, ...stack } },
    { cell: 'LSTM', options: { gates: 'coupled', peepholes: true, cellClip: 1, ...draws, ...stack } },
    { cell: 'LSTM', options: { ...EVERY_PART, ...draws, ...stack, layerNorm: 'output' } },
    { cell: 'LSTM', options: { ...EVERY_PART, ...draws, ...stack, residual: true } },
  ] as readonly LayerCase[]
).map(titled);
const LENGTHS = [5, 0, 3, 5, 1, 2, 4];

/** Kernels that divide everything that can be divided. */
const select = (threads: number): Promise<Selection> =>
  selectKernels({ tier: 'simd', precision: 'float32', memoryLimit: 2 ** 28, grain: 0, threads });

const selections = await Promise.all([1, 2, 3].map(select));
afterAll(() => {
  for (const { team } of selections) team?.close();
});
const threaded = selections.map((selection) => new Engine(selection, 5, true));

test.each(listed(cases))('the same bits on 1, 2 and 3 threads: %s', (_, layerCase) => {
  const runs = threaded.map((engine) => {
    const layer = layerOf(engine, { ...layerCase, options: { ...layerCase.options, hiddenSize: 19 } });
    return trained(layer, drawnBatch(5, 7), { lengths: LENGTHS });
  });
  expect(runs[1]).toEqual(runs[0]);
  expect(runs[2]).toEqual(runs[0]);
  for (const { team } of selections.slice(1)) expect(team!.forksOf('gemm')).toBeGreaterThan(0);
});

test.each(listed(cases))('the memory of step 10 is that of step 400: %s', async (_, layerCase) => {
  const engine = await createEngine({ kernels: 'simd', debug: true });
  const layer = layerOf(engine, layerCase);
  const adam = new Adam(layer.parameters(), { lr: 1e-3 });
  const { memory } = engine;
  const x = drawnBatch(3, 4);
  const order = [[3, 0, 1, 2], [2, 3, 1, 0], undefined]; // prettier-ignore
  const run = (step: number): number[] => {
    const used: number[] = [];
    engine.step((): View => {
      const { output } = layer.forward(engine.input(x), undefined, { lengths: order[step % 3] });
      used.push(memory.arenaBytes);
      return weightedSum([{ view: output, weights: numbers(engine.random, output.size) }]);
    });
    adam.step();
    const regions = ['parameters', 'gradients', 'panels'].flatMap((name) => [
      memory.region(name).base,
      memory.region(name).bytes,
    ]);
    return [...used, memory.peakArenaBytes, memory.arenaBytes, memory.heap.byteLength, ...regions];
  };
  const steps = Array.from({ length: 400 }, (_, step) => run(step));
  expect(steps.slice(-3)).toEqual(steps.slice(7, 10));
});
