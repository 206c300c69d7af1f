/** One training step as the benchmarks time it: forward, backward, clip at norm 5, Adam. */

import {
  Adam,
  clipGradNorm,
  createEngine,
  crossEntropy,
  Embedding,
  GRU,
  Linear,
  LSTM,
  Random,
  RNN,
} from '../src/index.js';
import type { Engine, Ids, Tier } from '../src/index.js';
import type { LanguageModelShape } from './shapes.js';

/** A step ready to run, and the engine it runs on. */
export interface TrainStep {
  readonly engine: Engine;
  /** Runs one step. @returns the loss */
  readonly run: () => number;
}

/** Builds the model of a shape on the kernels asked for. */
export async function trainStep(shape: LanguageModelShape, kernels: Tier): Promise<TrainStep> {
  const { cell, B, T, E, H, L, V } = shape;
  const engine = await createEngine({ kernels });
  const embedding = new Embedding(engine, { vocabSize: V, size: E });
  const recurrent = new { lstm: LSTM, gru: GRU, rnn: RNN }[cell](engine, { inputSize: E, hiddenSize: H, numLayers: L });
  const head = new Linear(engine, { inputSize: H, outputSize: V });
  const parameters = [embedding, recurrent, head].flatMap((layer) => [...layer.parameters()]);
  const adam = new Adam(parameters, { lr: 1e-3 });
  const random = new Random(1);
  const ids = (): Ids => ({ data: Int32Array.from({ length: T * B }, () => random.integer(V)), shape: [T, B] });
  const inputs = ids();
  const targets = ids();
  const run = (): number => {
    const loss = engine.step(() => {
      const { output } = recurrent.forward(embedding.forward(inputs));
      return crossEntropy(head.forward(output), targets);
    });
    clipGradNorm(parameters, 5);
    adam.step();
    return loss;
  };
  return { engine, run };
}
