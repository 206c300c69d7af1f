/** One training step as the benchmarks time it: forward, backward, clip at norm 5, Adam. */

import type { Engine } from '../engine.js';
import { Embedding } from '../layers/embedding.js';
import { GRU } from '../layers/gru.js';
import { Linear } from '../layers/linear.js';
import { LSTM } from '../layers/lstm.js';
import type { RecurrentLayer } from '../layers/recurrent.js';
import { RNN } from '../layers/rnn.js';
import type { View } from '../memory/view.js';
import type { Parameter } from '../memory/parameter.js';
import { reserveMemory } from '../models/sizes.js';
import { crossEntropy } from '../ops/cross-entropy.js';
import { meanSquaredError } from '../ops/pointwise-loss.js';
import { Adam } from '../optim/adam.js';
import { clipGradNorm } from '../optim/clip.js';
import { alternate, median, timed } from './alternation.js';
import type { Plan } from './alternation.js';
import { stepFloorBytes, stepFlops } from './counts.js';
import { peakMeasure, reached } from './peak.js';
import type { LanguageShape, SequenceShape, TrainingShape } from './shapes.js';

/** A model as a step needs it: its parameters and the loss of the batch it is given again and again. */
interface Model {
  readonly parameters: readonly Parameter[];
  readonly loss: () => View;
}

/** The times of one training step. */
export interface TrainStepResult {
  readonly bench: 'train-step';
  readonly shape: string;
  readonly kernels: string;
  readonly revectorized: boolean;
  readonly threads: number;
  /** The median. */
  readonly msPerStep: number;
  readonly tokensPerSecond: number;
  /** Of the products alone. */
  readonly gflops: number;
  /** Of `threads` times the peak of one core. */
  readonly fractionOfPeak: number;
  /** Of one core, in the same rounds. */
  readonly peakGflops: number;
  /** Bytes that the step took, with the packed weights. */
  readonly stepBytes: number;
  readonly floorBytes: number;
  readonly bytesOverFloor: number;
}

const PLAN: Plan = { sliceMs: 5, warmUpMs: 200, budgetMs: 1500 };

/**
 * Builds the model of a shape.
 * @returns one training step, which returns the loss
 * @throws MemoryError
 */
export function buildTrainStep(engine: Engine, shape: TrainingShape): () => number {
  reserveMemory(engine, stepFloorBytes(shape), `bench: the values and weights of ${shape.name}`);
  const { parameters, loss } = shape.kind === 'lm' ? languageModel(engine, shape) : regression(engine, shape);
  const adam = new Adam(parameters, { lr: 1e-3 });
  return () => {
    const value = engine.step(loss);
    adam.step(clipGradNorm(parameters, 5));
    return value;
  };
}

function recurrentLayer(engine: Engine, { cell, H, L }: TrainingShape, inputSize: number): RecurrentLayer {
  const options = { inputSize, hiddenSize: H, numLayers: L };
  return new { lstm: LSTM, gru: GRU, rnn: RNN }[cell](engine, options);
}

function languageModel(engine: Engine, shape: LanguageShape): Model {
  const { B, T, E, H, V } = shape;
  const embedding = new Embedding(engine, { vocabSize: V, size: E });
  const recurrent = recurrentLayer(engine, shape, E);
  const head = new Linear(engine, { inputSize: H, outputSize: V });
  const ids = { shape: [T, B], data: Int32Array.from({ length: T * B }, () => engine.random.integer(V)) };
  const targets = { shape: [T, B], data: Int32Array.from({ length: T * B }, () => engine.random.integer(V)) };
  return {
    parameters: [embedding, recurrent, head].flatMap((layer) => [...layer.parameters()]),
    loss: () => crossEntropy(head.forward(recurrent.forward(embedding.forward(ids)).output), targets),
  };
}

function regression(engine: Engine, shape: SequenceShape): Model {
  const { B, T, I, H } = shape;
  const recurrent = recurrentLayer(engine, shape, I);
  const head = new Linear(engine, { inputSize: H, outputSize: 1 });
  const numbers = (size: number): Float32Array =>
    Float32Array.from({ length: size }, () => engine.random.between(-1, 1));
  const inputs = { shape: [T, B, I], data: numbers(T * B * I) };
  const targets = { shape: [B, 1], data: numbers(B) };
  return {
    parameters: [recurrent, head].flatMap((layer) => [...layer.parameters()]),
    loss: () => meanSquaredError(head.forward(recurrent.forward(engine.input(inputs)).state.h.at(-1)!), targets),
  };
}

/**
 * Times the steps of a shape in alternation with the peak loop.
 * @param engine one that nothing else has used, so that its memory is the step's
 * @param threads it computes with
 */
export function* measureTrainStep(
  engine: Engine,
  shape: TrainingShape,
  threads: number,
  plan: Plan = PLAN,
): Generator<void, TrainStepResult> {
  const step = buildTrainStep(engine, shape);
  const samples = yield* alternate([peakMeasure(engine), timed(step)], plan);
  const [peakMs, stepMs] = samples as [number[], number[]];
  const msPerStep = median(stepMs);
  const flops = stepFlops(shape);
  const stepBytes = engine.report().peakStepBytes + engine.memory.region('panels').bytes;
  const floorBytes = stepFloorBytes(shape);
  return {
    bench: 'train-step',
    shape: shape.name,
    kernels: engine.report().kernels,
    revectorized: engine.report().revectorized,
    threads,
    msPerStep,
    tokensPerSecond: (1000 * shape.B * shape.T) / msPerStep,
    gflops: flops / msPerStep / 1e6,
    ...reached(stepMs, flops, peakMs, threads),
    stepBytes,
    floorBytes,
    bytesOverFloor: stepBytes / floorBytes,
  };
}
