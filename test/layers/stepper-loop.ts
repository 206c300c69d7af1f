/** A process that does nothing but steps: prints by how many bytes of JavaScript's heap each layer's step grows it. */

import { createEngine } from '../../src/engine.js';
import type { LayerCase } from './layer-cases.js';
import { EVERY_PART, I, layerOf, titled } from './layer-cases.js';

const TURNS = 5;
const STEPS = 40_000;

const cases: readonly LayerCase[] = [
  { cell: 'RNN', options: {} },
  { cell: 'LSTM', options: {} },
  { cell: 'GRU', options: {} },
  { cell: 'GRU', options: { resetAfter: false, numLayers: 2, residual: true } },
  { cell: 'LSTM', options: { ...EVERY_PART, numLayers: 2, residual: true, learnInitialState: true } },
];

const engine = await createEngine({ kernels: 'simd' });
const x = new Float32Array(I).fill(0.5);
const growth: Record<string, number> = {};
for (const layerCase of cases) {
  const stepper = layerOf(engine, layerCase).stepper();
  const run = (steps: number): void => {
    for (let step = 0; step < steps; step++) {
      x[0] = step % 3;
      stepper.step(x);
    }
  };
  run(STEPS);
  globalThis.gc!();
  const grown = Array.from({ length: TURNS }, () => {
    const before = process.memoryUsage().heapUsed;
    run(STEPS);
    return (process.memoryUsage().heapUsed - before) / STEPS;
  });
  // What a step allocates it allocates in every turn; what the compiler does, once.
  growth[titled(layerCase).title] = Math.min(...grown);
}
console.log(JSON.stringify(growth));
