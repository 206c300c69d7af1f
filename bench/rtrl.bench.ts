/** A step of real-time recurrent learning with its gradient, by H: time and memory, and their slopes in log-log scale. */

import { Bench } from 'tinybench';
import type { Engine } from '../src/engine.js';
import { LSTM } from '../src/layers/lstm.js';
import { RNN } from '../src/layers/rnn.js';
import { RTRL } from '../src/layers/rtrl.js';
import { meanSquaredError } from '../src/ops/pointwise-loss.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const HIDDEN = [8, 16, 32, 64];

/** Layers with as many inputs as units. */
const LAYERS = {
  rnn: (engine: Engine, H: number) => new RNN(engine, { inputSize: H, hiddenSize: H }),
  lstm: (engine: Engine, H: number) => new LSTM(engine, { inputSize: H, hiddenSize: H }),
};

/** Prints a row for each tier, cell and H, then the slopes over all H. */
export async function run(options: BenchOptions): Promise<void> {
  for await (const engine of enginesOf(options)) {
    const { kernels } = engine.report();
    for (const [cell, make] of Object.entries(LAYERS)) {
      const results = HIDDEN.map((H) => ({ H, ...measure(engine, make(engine, H)) }));
      for (const { H, ms, bytes } of results) {
        print(options.json, { bench: 'rtrl', cell, kernels, H, 'ms/step': ms, 'kB/row': bytes / 1000 });
      }
      const slopes = {
        'slope of time': slope(results.map(({ H, ms }) => [H, ms])),
        'of the last two': slope(results.slice(-2).map(({ H, ms }) => [H, ms])),
        'slope of memory': slope(results.map(({ H, bytes }) => [H, bytes])),
      };
      print(options.json, { bench: 'rtrl slopes', cell, kernels, ...slopes });
    }
  }
}

/** ms that this process has had a processor: long steps are interrupted where others are at work on the machine. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** ms of the fastest step, loss and gradient for one row of the batch, and the bytes it carries. */
function measure(engine: Engine, layer: RNN | LSTM): { ms: number; bytes: number } {
  const learner = new RTRL(layer);
  const { inputSize, hiddenSize } = layer;
  const x = Float32Array.from({ length: inputSize }, () => engine.random.between(-1, 1));
  const targets = { data: new Float32Array(hiddenSize), shape: [1, hiddenSize] };
  const step = () => meanSquaredError(learner.step(engine.input({ data: x, shape: [1, inputSize] })), targets);
  const bench = new Bench({ time: 1500, iterations: 20, warmupTime: 300, now: processorTime }).add(
    'step',
    () => void engine.step(step),
  );
  const [task] = bench.runSync();
  const { bytes } = learner;
  learner.release();
  if (!('latency' in task!.result)) throw new Error('the step did not complete');
  return { ms: task!.result.latency.min, bytes };
}

/** Least squares of log y over log x. */
function slope(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1): number => logs.reduce((sum, point) => sum + point[axis], 0) / logs.length;
  const [x0, y0] = [mean(0), mean(1)];
  const products = logs.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0);
  return products / logs.reduce((sum, [x]) => sum + (x - x0) ** 2, 0);
}
