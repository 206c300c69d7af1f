/**
 * Recurrent layers as they are used: one step at a time with the state kept (`layer.stepper()`), with what a step
 * allocates on the JavaScript heap (run Node with --expose-gc to see it); and a ragged batch beside its share of a dense
 * one, sorted and not.
 */

import { alternate, finish, median, medianRatio, timed } from '../src/bench/alternation.js';
import type { Engine } from '../src/engine.js';
import { GRU } from '../src/layers/gru.js';
import { LSTM } from '../src/layers/lstm.js';
import type { RecurrentLayer } from '../src/layers/recurrent.js';
import { RNN } from '../src/layers/rnn.js';
import { meanSquaredError } from '../src/ops/pointwise-loss.js';
import { enginesOf, print } from './options.js';
import type { BenchOptions } from './options.js';

const PLAN = { sliceMs: 20, warmUpMs: 400, budgetMs: 4000 };
const STEPS = 20_000;
const [T, B, I, H] = [64, 32, 64, 128] as const;

/** Prints a row for each layer and tier. */
export async function run(options: BenchOptions): Promise<void> {
  for await (const engine of enginesOf(options)) {
    const { kernels } = engine.report();
    for (const [model, make] of Object.entries(LAYERS)) {
      print(options.json, { bench: 'recurrent', model: `step of ${model}`, kernels, ...stepOf(make(engine)) });
    }
    print(options.json, { bench: 'recurrent', model: 'ragged batch of lstm', kernels, ...ragged(engine) });
    engine.dispose();
  }
}

const SIZES = { inputSize: H, hiddenSize: H } as const;

const LAYERS: Readonly<Record<string, (engine: Engine) => RecurrentLayer>> = {
  rnn: (engine) => new RNN(engine, SIZES),
  gru: (engine) => new GRU(engine, SIZES),
  lstm: (engine) => new LSTM(engine, SIZES),
  'lstm, peepholes, layer norm': (engine) => new LSTM(engine, { ...SIZES, peepholes: true, layerNorm: 'output' }),
};

/** The least and the middle time of a step of one row, and the bytes it leaves behind. */
function stepOf(layer: RecurrentLayer): Record<string, number> {
  const stepper = layer.stepper();
  const x = Float32Array.from({ length: H }, (_, i) => Math.sin(i));
  const [times] = finish(alternate([timed(() => stepper.step(x))], PLAN));
  const row = { 'µs least': 1000 * Math.min(...times!), µs: 1000 * median(times!) };
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) return row;
  // The least of some: V8 may compile once more in between, on the same heap.
  const bytes = Array.from({ length: 4 }, () => {
    gc();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < STEPS; i++) stepper.step(x);
    return (process.memoryUsage().heapUsed - before) / STEPS;
  });
  return { ...row, 'bytes a step': Math.min(...bytes) };
}

/** Time of a training step over its share of the time of a dense one: 1 where only valid steps cost. */
function ragged(engine: Engine): Record<string, number> {
  const layer = new LSTM(engine, { inputSize: I, hiddenSize: H });
  const x = { data: Float32Array.from({ length: T * B * I }, (_, i) => Math.sin(i)), shape: [T, B, I] };
  const zeros = { data: new Float32Array(T * B * H), shape: [T, B, H] };
  const sorted = Array.from({ length: B }, (_, b) => Math.round(T * (1 - b / B)));
  const mixed = sorted.map((_, b) => sorted[(b * 13) % B]!);
  const share = sorted.reduce((sum, length) => sum + length, 0) / (T * B);
  const step = (lengths?: readonly number[]) => () =>
    engine.step(() =>
      meanSquaredError(
        layer.forward(engine.input(x), undefined, lengths === undefined ? {} : { lengths }).output,
        zeros,
      ),
    );
  const [dense, inOrder, outOfOrder] = finish(alternate([step(), step(sorted), step(mixed)].map(timed), PLAN));
  return {
    'valid share': share,
    'times the work, sorted': medianRatio(inOrder!, dense!) / share,
    'times the work, unsorted': medianRatio(outOfOrder!, dense!) / share,
  };
}
