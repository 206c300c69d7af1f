/**
 * The sizes of a model and what follows from them alone: how many weights it has, and the memory it takes
 * while it is trained. The terms follow src/layers and src/ops.
 */

import type { Engine } from '../engine.js';
import { MemoryError } from '../errors.js';
import { gemmTNScratch, panelSize } from '../kernels/codes.js';
import { megabytes } from '../memory/heap.js';

/** The recurrent cells a model can have. */
export const CELLS = ['lstm', 'gru', 'rnn'] as const;

/** A recurrent cell. */
export type Cell = (typeof CELLS)[number];

/** What decides the size of a model. */
export interface ModelSizes {
  readonly cell: Cell;
  /** V, rows of the embedding; 0 where there is none. */
  readonly vocabSize: number;
  /** E; without an embedding I, the numbers that go in. */
  readonly embeddingSize: number;
  /** O, what comes out. Default: V. */
  readonly outputSize?: number;
  /** H. */
  readonly hiddenSize: number;
  /** L. */
  readonly numLayers: number;
  readonly dropout: number;
  /** Whether every layer reads from both ends; `stepFloats` does not count it. Default false. */
  readonly bidirectional?: boolean;
  /** Whether the weights of the output are those of the embedding. Default false. */
  readonly tied?: boolean;
  /** Whether a layer from H to E comes before the output. Default false. */
  readonly projection?: boolean;
  /** Whether the embedding does not learn, so that the optimizer keeps nothing for it. Default false. */
  readonly frozen?: boolean;
  /** Negatives of a sampled softmax that trains in place of the full one. Default 0: none. */
  readonly sampled?: number;
}

/** What decides, beside the model, the memory of a training run. */
export interface RunSizes {
  /** B. */
  readonly batch: number;
  /** T. */
  readonly window: number;
  /** Numbers the optimizer keeps for each weight: 2 for Adam. */
  readonly moments: number;
}

/** For each cell: blocks of weights, states handed on, and floats (times H) saved of every step for the backward. */
const CELL = {
  lstm: { gates: 4, states: 2, saved: 7 },
  gru: { gates: 3, states: 1, saved: 5 },
  rnn: { gates: 1, states: 1, saved: 2 },
} as const;

/** Every range begins at a multiple of 64 bytes, so its last part may be padding. */
const PADDING = 15;

/** What lies before the first region: constants of the kernels. */
const CONSTANTS = 1024;

/** The number of weights, frozen ones too. */
export function countParameters(sizes: ModelSizes): number {
  const { cell, vocabSize: V, embeddingSize: E, hiddenSize: H, numLayers: L, outputSize: O = V } = sizes;
  const layer = (I: number): number => CELL[cell].gates * H * (I + H + 2);
  const head = sizes.tied === true ? O : O * readWidth(sizes) + O;
  const D = directions(sizes);
  return V * E + D * (layer(E) + (L - 1) * layer(D * H)) + (sizes.projection === true ? H * E : 0) + head;
}

/** D. */
function directions({ bidirectional = false }: ModelSizes): number {
  return bidirectional ? 2 : 1;
}

/** The width of what the output reads. */
function readWidth(sizes: ModelSizes): number {
  return sizes.projection === true ? sizes.embeddingSize : directions(sizes) * sizes.hiddenSize;
}

/**
 * Floats that live as long as the model: values, gradients, panels of both directions.
 * @param moments numbers the optimizer keeps for each weight: 2 for Adam
 */
export function modelFloats(sizes: ModelSizes, moments: number = 0): number {
  const { cell, vocabSize: V, embeddingSize: E, hiddenSize: H, numLayers: L, outputSize: O = V } = sizes;
  const { projection = false, frozen = false } = sizes;
  const output = bothPanels(readWidth(sizes), O) + (projection ? bothPanels(H, E) : 0);
  const D = directions(sizes);
  const panels = D * (layerPanels(cell, E, H) + (L - 1) * layerPanels(cell, D * H, H)) + output;
  const weights = (2 + moments) * (countParameters(sizes) + (4 * D * L + 4) * PADDING);
  return CONSTANTS + weights - (frozen ? moments * V * E : 0) + panels;
}

/** The GRU packs rows r and z of W_ih apart from row n, and the bias of q on its own. */
function layerPanels(cell: Cell, I: number, H: number): number {
  const { gates } = CELL[cell];
  if (cell !== 'gru') return bothPanels(I, gates * H) + bothPanels(H, gates * H);
  return bothPanels(I, 2 * H) + bothPanels(I, H) + panelSize(0, H) + bothPanels(H, 3 * H);
}

/** Panels of W (N, K), for x W^T and for dy W. */
function bothPanels(K: number, N: number): number {
  return panelSize(K, N) + panelSize(N, K);
}

/**
 * Floats that one training step takes on top.
 * @param batch B
 * @param window T
 */
export function stepFloats(sizes: ModelSizes, batch: number, window: number): number {
  const { cell, vocabSize: V, embeddingSize: E, hiddenSize: H, numLayers: L } = sizes;
  const { states, saved } = CELL[cell];
  const copies = sizes.dropout > 0 ? 2 : 1; // dropout stores its result, and the gradient of it
  // Ids, targets, their losses and sums; values of the embedding or those that go in, values and gradients of layers; logits, whose
  // gradients take their place.
  const perToken = 4 + copies * E + L * H * (saved + 2 * copies - 1) + outputFloats(sizes);
  const slots = L * states * batch * H;
  // The gradient of the embedding comes last, when no weight gradient needs scratch any more.
  const scratch = Math.max(gemmTNScratch(Math.max(E, H)), states * batch * H);
  const last = V > 0 ? Math.max(scratch, batch * window * copies * E) : scratch;
  const negatives = sampledFloats(sizes);
  return batch * window * perToken + slots + last + negatives + (12 * L + 16 + (negatives > 0 ? 24 : 0)) * PADDING;
}

/** Floats a token of projection and logits; with negatives the evaluation, on all classes, may take more than the training. */
function outputFloats(sizes: ModelSizes): number {
  const { vocabSize: V, embeddingSize: E, outputSize: O = V, projection = false, sampled: N = 0 } = sizes;
  // Logits, with their offsets, beside that of the target, and the gradients of the first two; rows of the weights.
  const training = N === 0 ? O : 5 * N + 5 * readWidth(sizes) + 12;
  return Math.max(training, O) + (projection ? 2 * E : 0);
}

/** Floats of the negatives: their rows of the weights with gradients, packed, offsets. */
function sampledFloats(sizes: ModelSizes): number {
  const { sampled: N = 0 } = sizes;
  if (N === 0) return 0;
  const W = readWidth(sizes);
  return 2 * N * W + bothPanels(W, N) + 8 * N;
}

/** Floats that the outputs of a batch take at the least, where nothing is learnt: what goes in, and what cells write down. */
export function evaluationFloats(sizes: ModelSizes, batch: number, window: number): number {
  const { cell, embeddingSize: E, hiddenSize: H, numLayers: L } = sizes;
  return batch * window * (E + L * H * CELL[cell].saved);
}

/** Bytes that a model and its training take in an engine's memory, predicted before any is reserved. */
export function trainingBytes(engine: Engine, sizes: ModelSizes, { batch, window, moments }: RunSizes): number {
  return engine.memory.bytes(modelFloats(sizes, moments) + stepFloats(sizes, batch, window));
}

/** Makes room for a model and its training. @throws MemoryError */
export function reserveTraining(engine: Engine, sizes: ModelSizes, run: RunSizes): void {
  const { cell, vocabSize, embeddingSize, hiddenSize, numLayers } = sizes;
  const model = `embedding ${embeddingSize}, ${numLayers} ${cell} of ${hiddenSize}, ${vocabSize} symbols`;
  const what = `train: batch ${run.batch}, window ${run.window}, ${model}`;
  reserveMemory(engine, trainingBytes(engine, sizes, run), what);
}

/**
 * Makes room at once, so that what is too large fails before it begins.
 * @param what what takes the memory, for the message
 * @throws MemoryError
 */
export function reserveMemory(engine: Engine, bytes: number, what: string): void {
  try {
    engine.memory.heap.grow(bytes);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    throw new MemoryError(`${what} take about ${megabytes(bytes)}. ${error.message}`, { cause: error });
  }
}
