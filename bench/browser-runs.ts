/** What `browser` times, in Node and in a page alike. */

import { timed } from '../src/bench/alternation.js';
import { SHAPES } from '../src/bench/shapes.js';
import type { LanguageShape } from '../src/bench/shapes.js';
import { buildTrainStep } from '../src/bench/train-step.js';
import { Corpus } from '../src/data/corpus.js';
import { createEngine } from '../src/engine.js';
import type { Tier } from '../src/kernels/select.js';
import { LanguageModel } from '../src/models/language-model.js';
import { Random } from '../src/random.js';
import { train } from '../src/train/train.js';

/** Each runs so many training steps. @returns the ms they took */
export interface BrowserRuns {
  /** The steps alone. */
  readonly step: (calls: number) => Promise<number>;
  /** Through `train`, which gives turns to everybody else in between. */
  readonly train: (calls: number) => Promise<number>;
}

/** A language model's shape by name. @throws Error */
export function languageShape(name: string): LanguageShape {
  const shapes = SHAPES.filter((shape): shape is LanguageShape => shape.kind === 'lm');
  const shape = shapes.find((candidate) => candidate.name === name);
  if (shape !== undefined) return shape;
  throw new Error(`no language model ${name}; there are ${shapes.map((known) => known.name).join(', ')}`);
}

/** @throws KernelUnavailableError */
export async function makeRuns(kernels: Tier, shapeName: string): Promise<BrowserRuns> {
  const shape = languageShape(shapeName);
  const step = timed(buildTrainStep(await createEngine({ kernels }), shape));
  const loop = await trainingLoop(kernels, shape);
  return { step: async (calls) => step(calls), train: loop };
}

/** `train` on as many random symbols as an epoch of a few steps takes. */
async function trainingLoop(kernels: Tier, shape: LanguageShape): Promise<BrowserRuns['train']> {
  const { B, T, E, H, L, V, cell } = shape;
  const random = new Random(1);
  const symbol = (id: number): string => String.fromCodePoint(0x4e00 + id);
  const text = Array.from({ length: 8 * B * T + 1 }, (_, i) => symbol(i < V ? i : random.integer(V))).join('');
  const corpus = Corpus.fromText(text, { level: 'char' });
  const engine = await createEngine({ kernels });
  const { vocabulary } = corpus;
  const model = new LanguageModel(engine, { vocabulary, cell, embeddingSize: E, hiddenSize: H, numLayers: L });
  return async (steps) => {
    const began = performance.now();
    await train(model, corpus, { steps, batch: B, window: T, validFraction: 0 });
    return performance.now() - began;
  };
}
