/** One LSTM layer over a sequence, forward and backward, as a fraction of the peak that counts the products alone. */

import type { Engine } from '../engine.js';
import { LSTM } from '../layers/lstm.js';
import type { View } from '../memory/view.js';
import { alternate, median } from './alternation.js';
import type { Plan } from './alternation.js';
import { peakMeasure, reached } from './peak.js';

/** The sizes of a layer. */
export interface LayerShape {
  readonly T: number;
  readonly B: number;
  readonly I: number;
  readonly H: number;
}

/** The times of a layer. */
export interface LayerResult {
  readonly bench: 'layer';
  readonly shape: LayerShape;
  readonly kernels: string;
  readonly msForward: number;
  readonly msBackward: number;
  readonly gflops: number;
  readonly fractionOfPeak: number;
  readonly peakGflops: number;
}

/** A character model's layer, and one of the size of its own input. */
export const LAYERS: readonly LayerShape[] = [
  { T: 64, B: 32, I: 64, H: 128 },
  { T: 50, B: 48, I: 256, H: 256 },
];

const PLAN: Plan = { sliceMs: 5, warmUpMs: 200, budgetMs: 2000 };

/** Times a layer in alternation with the peak loop. What is around it, such as the zeroing of gradients, does not count. */
export function* measureLayer(engine: Engine, shape: LayerShape, plan: Plan = PLAN): Generator<void, LayerResult> {
  const { T, B, I, H } = shape;
  const times = buildLayer(engine, shape);
  const forward: number[] = [];
  const measure = (calls: number): number => {
    let total = 0;
    for (let i = 0; i < calls; i++) {
      const { forwardMs, backwardMs } = times();
      forward.push(forwardMs / (forwardMs + backwardMs));
      total += forwardMs + backwardMs;
    }
    return total;
  };
  const samples = yield* alternate([peakMeasure(engine), measure], plan);
  const [peakMs, ms] = samples as [number[], number[]];
  const flops = 6 * T * B * 4 * H * (I + H);
  const share = median(forward);
  return {
    bench: 'layer',
    shape,
    kernels: engine.report().kernels,
    msForward: share * median(ms),
    msBackward: (1 - share) * median(ms),
    gflops: flops / median(ms) / 1e6,
    ...reached(ms, flops, peakMs),
  };
}

/** A run of the layer that says how long each direction took. The gradient of its input is wanted too. */
function buildLayer(engine: Engine, { T, B, I, H }: LayerShape): () => { forwardMs: number; backwardMs: number } {
  const lstm = new LSTM(engine, { inputSize: I, hiddenSize: H });
  const inputs = Float32Array.from({ length: T * B * I }, () => engine.random.between(-1, 1));
  const upstream = Float32Array.from({ length: T * B * H }, () => engine.random.between(-1e-3, 1e-3));
  return () => {
    let forwardMs = 0;
    let backwardMs = 0;
    engine.step(() => {
      const { memory, tape } = engine;
      const x = engine.output('x', [T, B, I], true);
      memory.view(x.ptr, x.size).set(inputs);
      let turned = 0;
      tape.record('the layer has ended', () => {
        backwardMs = performance.now() - turned;
      });
      const began = performance.now();
      const { output } = lstm.forward(x);
      forwardMs = performance.now() - began;
      tape.record('the layer begins', () => {
        const dy = output.gradient(); // before the view: what is reserved may replace the arrays
        memory.view(dy, output.size).set(upstream);
        turned = performance.now();
      });
      return constantLoss(engine);
    });
    return { forwardMs, backwardMs };
  };
}

/** A loss of 0, since a step must have one. */
function constantLoss(engine: Engine): View {
  const loss = engine.output('loss', [], true);
  engine.memory.zero(loss.ptr, 1);
  return loss;
}
