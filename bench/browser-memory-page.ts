/** The page of `browser-memory`: a training that stops where its memory is to be looked at. */

import { bundledCorpus } from '../src/data/bundled.js';
import { createEngine } from '../src/engine.js';
import { LanguageModel } from '../src/models/language-model.js';
import { train } from '../src/train/train.js';

/** Where a training stands. */
export interface Stop {
  readonly step: number;
  readonly wasmBytes: number;
  readonly loss: number;
}

/** Makes a small training. @returns a function that goes on to the next stop, so many steps further */
export async function beginTraining(steps: number, every: number): Promise<() => Promise<Stop>> {
  const engine = await createEngine({ seed: 1 });
  const { corpus } = bundledCorpus({ language: 'en', sentences: 2000, seed: 1 });
  const { vocabulary } = corpus;
  const model = new LanguageModel(engine, { vocabulary, embeddingSize: 16, hiddenSize: 16, dropout: 0.1 });
  let loss = NaN;
  let arrive: () => void;
  let goOn: () => void;
  let arrived = new Promise<void>((resolve) => (arrive = resolve));
  const run = train(model, corpus, {
    steps,
    batch: 4,
    window: 8,
    onProgress: (event) => (loss = event.trainLoss),
    hold: () => {
      if (run.trainer.step % every !== 0) return undefined;
      arrive();
      return new Promise((resolve) => (goOn = resolve));
    },
  });
  void run.then(() => arrive());
  await arrived;
  return async () => {
    arrived = new Promise((resolve) => (arrive = resolve));
    goOn();
    await arrived;
    return { step: run.trainer.step, wasmBytes: engine.report().memoryBytes, loss };
  };
}

Object.assign(globalThis, { beginTraining });
