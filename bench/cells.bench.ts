/** (b) Cells, forward and backward, in ns for each unit; and whole LSTM layers as fractions of the peak. */

import { Bench } from 'tinybench';
import { finish } from '../src/bench/alternation.js';
import { LAYERS, measureLayer } from '../src/bench/layer.js';
import type { Engine } from '../src/engine.js';
import { TANH } from '../src/kernels/codes.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const B = 32;
const H = 128;

/** Prints a row for each cell, direction and tier, then for each layer. */
export async function run(options: BenchOptions): Promise<void> {
  for await (const engine of enginesOf(options)) {
    const { kernels } = engine.report();
    for (const { name, latency } of timeCells(engine)) {
      print(options.json, { bench: 'cell', cell: name, kernels, 'ns/unit': (1e6 * latency) / (B * H) });
    }
    for (const shape of LAYERS) {
      const result = finish(measureLayer(engine, shape));
      print(options.json, { ...result, shape: Object.entries(shape).flat().join(' ') });
    }
  }
}

/** Median ms of a call, by cell and direction. */
function timeCells(engine: Engine): { name: string; latency: number }[] {
  return engine.evaluate(() => {
    const bench = new Bench({ time: 300, warmupTime: 200 });
    addCells(bench, engine);
    bench.runSync();
    return bench.tasks.map(({ name, result }) => {
      if (!('latency' in result)) throw new Error(`${name} did not complete`);
      return { name, latency: result.latency.p50 };
    });
  });
}

/** Cells work in place, so before each call the gates are what they were at first; that is not timed. */
function addCells(bench: Bench, engine: Engine): void {
  const { kernels, memory, random } = engine;
  const state = (size: number = B * H): number => {
    const address = memory.reserve(size);
    memory.view(address, size).forEach((_, i, values) => (values[i] = random.between(0.1, 0.9)));
    return address;
  };
  const [a, b, c, d, e] = [state(), state(), state(), state(), state()];
  const [gates, fresh] = [state(4 * B * H), state(4 * B * H)];
  const restore = { beforeEach: () => memory.copy(gates, fresh, 4 * B * H) };
  bench
    .add('lstm forward', () => kernels.lstmForward(a, b, c, gates, d, B, H), restore)
    .add('lstm backward', () => kernels.lstmBackward(gates, a, b, c, d, e, B, H), restore)
    .add('gru forward', () => kernels.gruForward(a, gates, d, B, H, Infinity), restore)
    .add('gru backward', () => kernels.gruBackward(gates, a, b, c, B, H, Infinity), restore)
    .add('rnn forward', () => kernels.rnnForward(a, gates, B * H, TANH), restore)
    .add('rnn backward', () => kernels.rnnBackward(gates, b, c, d, gates, B * H, TANH), restore);
}
