/** (d) Inference one step at a time, as a model generates: one row, the state carried over, the logits read. */

import { Bench } from 'tinybench';
import type { Engine } from '../src/engine.js';
import { Embedding } from '../src/layers/embedding.js';
import { Linear } from '../src/layers/linear.js';
import { LSTM } from '../src/layers/lstm.js';
import type { RecurrentState } from '../src/layers/state.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const V = 65;
const E = 64;

/** Prints a row for each width and tier. */
export async function run(options: BenchOptions): Promise<void> {
  for await (const engine of enginesOf(options)) {
    const bench = new Bench({ time: 500, warmupTime: 300 });
    for (const H of [128, 256, 512]) bench.add(`lstm H ${H}`, oneStep(engine, H));
    bench.runSync();
    for (const { name, result } of bench.tasks) {
      if (!('latency' in result)) throw new Error(`${name} did not complete`);
      const { p50 } = result.latency;
      print(options.json, {
        bench: 'inference',
        model: name,
        kernels: engine.report().kernels,
        µs: 1000 * p50,
        'tokens/s': 1000 / p50,
      });
    }
  }
}

/** The next step of a character model. */
function oneStep(engine: Engine, H: number): () => void {
  const embedding = new Embedding(engine, { vocabSize: V, size: E });
  const lstm = new LSTM(engine, { inputSize: E, hiddenSize: H });
  const head = new Linear(engine, { inputSize: H, outputSize: V });
  const ids = { data: Int32Array.of(1), shape: [1, 1] };
  let state: RecurrentState = lstm.zeroState(1);
  return () => {
    const logits = engine.evaluate(() => {
      const result = lstm.forward(embedding.forward(ids), state);
      state = result.state.detach();
      return head.forward(result.output).toArray();
    });
    ids.data[0] = logits.indexOf(Math.max(...logits));
  };
}
