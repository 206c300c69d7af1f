/**
 * The dialogue model on generated dialogues (bench/dialogues.ts, docs/dialogue.md), a row for each seed: what context is
 * worth, and what becomes of the latent variable.
 */

import { Dialogues } from '../src/data/dialogues.js';
import { allBatches } from '../src/data/examples.js';
import { createEngine } from '../src/engine.js';
import type { Engine } from '../src/engine.js';
import { HRED } from '../src/models/hred.js';
import type { HredOptions } from '../src/models/hred-options.js';
import { fit } from '../src/train/fit.js';
import { generate } from './dialogues.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

/** A kind of dialogues and the options of a model. */
interface Experiment {
  readonly kind: 'recall' | 'styles';
  readonly options: Partial<HredOptions>;
}

const VHRED = { latent: 8 };

/** By the name that --shape chooses. */
const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  'recall-hred': { kind: 'recall', options: {} },
  'recall-flat': { kind: 'recall', options: { context: false } },
  'styles-hred': { kind: 'styles', options: {} },
  'styles-vhred': { kind: 'styles', options: VHRED },
  'styles-vhred-annealing': { kind: 'styles', options: { ...VHRED, annealing: 400 } },
  'styles-vhred-word-dropout': { kind: 'styles', options: { ...VHRED, wordDropout: 0.5 } },
  'styles-vhred-both': { kind: 'styles', options: { ...VHRED, annealing: 400, wordDropout: 0.5 } },
};

const SIZES = { embeddingSize: 32, hiddenSize: 64, contextSize: 64 };
const TRAINING = { epochs: 12, batch: 32, lr: 0.01, schedule: 'cosine' } as const;

/** Prints a row for each seed of each experiment. */
export async function run({ tiers, shape, seeds, json }: BenchOptions): Promise<void> {
  const names = Object.keys(EXPERIMENTS).filter((name) => shape === undefined || name === shape);
  if (names.length === 0) throw new Error(`--shape must be one of ${Object.keys(EXPERIMENTS).join(', ')}`);
  const [kernels] = tiers.length === 1 ? tiers : ['auto' as const];
  for (const name of names) {
    for (let seed = 1; seed <= seeds; seed++) {
      const engine = await createEngine({ seed, kernels: kernels ?? 'auto' });
      print(json, {
        bench: 'dialogue',
        experiment: name,
        kernels: engine.report().kernels,
        seed,
        ...(await runSeed(engine, EXPERIMENTS[name]!)),
      });
      engine.dispose();
    }
  }
}

async function runSeed(engine: Engine, { kind, options }: Experiment): Promise<Record<string, number>> {
  const train = Dialogues.fromUtterances(generate(kind, 2000, 1));
  const { vocabulary } = train;
  const test = Dialogues.fromUtterances(generate(kind, 500, 2), { vocabulary });
  const model = new HRED(engine, { vocabulary, ...SIZES, ...options });
  const began = performance.now();
  await fit(model, { train }, TRAINING);
  const seconds = (performance.now() - began) / 1000;
  const { loss, figures } = model.evaluate(allBatches(test, 100));
  return { parameters: model.parameterCount, loss, ...figures, seconds };
}
