/** Short trainings whose checkpoints are the same bytes wherever they run. */

import { encodeCheckpoint } from '../../../src/checkpoint/checkpoint.js';
import { crc32 } from '../../../src/crc32.js';
import { bundledCorpus } from '../../../src/data/bundled.js';
import { createTask } from '../../../src/data/tasks/list.js';
import { createEngine } from '../../../src/engine.js';
import type { Engine } from '../../../src/engine.js';
import { LanguageModel } from '../../../src/models/language-model.js';
import type { Snapshotable } from '../../../src/models/snapshot.js';
import { SequenceModel } from '../../../src/models/sequence-model.js';
import { trainTask } from '../../../src/train/train-task.js';
import { train } from '../../../src/train/train.js';
import type { TrainingRun } from '../../../src/train/train.js';

const STEPS = 200;

/** What two runtimes must agree on. */
export interface Trace {
  readonly steps: number;
  /** Of the last step, or of the steps since the last epoch. */
  readonly loss: number;
  /** Of the checkpoint's bytes: weights, optimizer, cursor, carried state and random numbers. */
  readonly crc: number;
  readonly bytes: number;
}

/** A model and its training. */
type Run = (engine: Engine) => { readonly model: Snapshotable; readonly run: TrainingRun };

const text =
  (cell: 'lstm' | 'gru'): Run =>
  (engine) => {
    const { corpus } = bundledCorpus({ language: 'en', sentences: 500, seed: 1 });
    const model = new LanguageModel(engine, {
      vocabulary: corpus.vocabulary,
      cell,
      // Products large enough to be divided among threads; sizes with a remainder of lanes.
      embeddingSize: 30,
      hiddenSize: 61,
      numLayers: 2,
      dropout: 0.2,
    });
    return { model, run: train(model, corpus, { steps: STEPS, batch: 7, window: 11, validFraction: 0.1 }) };
  };

const adding: Run = (engine) => {
  const task = createTask('adding', { length: 20 });
  const model = new SequenceModel(engine, { ...task.form, hiddenSize: 19 });
  return { model, run: trainTask(model, task, { steps: STEPS, batch: 7 }) };
};

/** The runs by name. */
export const SEEDED_RUNS: Readonly<Record<string, Run>> = { lstm: text('lstm'), gru: text('gru'), adding };

/** Makes one of the runs on an engine. */
export async function trainOn(engine: Engine, name: string): Promise<Trace> {
  const { model, run } = SEEDED_RUNS[name]!(engine);
  const { steps, trainLoss } = await run;
  const bytes = encodeCheckpoint(model, run);
  return { steps, loss: trainLoss, crc: crc32(bytes), bytes: bytes.length };
}

/** Makes one of the runs on an engine of its own, with the kernels whose bits are the same everywhere. */
export async function traceOf(name: string): Promise<Trace> {
  const engine = await createEngine({ seed: 7, kernels: 'simd' });
  const trace = await trainOn(engine, name);
  engine.dispose();
  return trace;
}
