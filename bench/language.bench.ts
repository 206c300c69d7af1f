/**
 * Language models of words that differ in one option each (docs/language-models.md), a step of each in turn: seconds of
 * training an epoch, and the perplexity of the last 10 % of the text, with the full softmax for all of them. A row an
 * epoch and model. --text FILE takes a text in place of the built-in grammar's.
 */

import { readFileSync } from 'node:fs';
import { bundledCorpus } from '../src/data/bundled.js';
import { Corpus } from '../src/data/corpus.js';
import { createEngine } from '../src/engine.js';
import { LanguageModel } from '../src/models/language-model.js';
import type { LanguageModelOptions } from '../src/models/language-model.js';
import { evaluate } from '../src/train/evaluate.js';
import { fullSettings } from '../src/train/settings.js';
import { TextObjective } from '../src/train/text-objective.js';
import { Trainer } from '../src/train/trainer.js';
import { print } from './options.js';
import type { BenchOptions } from './options.js';

const SIZES = { embeddingSize: 64, hiddenSize: 64 };
const EPOCHS = 3;
const SETTINGS = fullSettings({ batch: 20, window: 32, epochs: EPOCHS, validFraction: 0 });
/** Negatives of each step. */
const SAMPLED = 512;

/** What differs, by the name that --shape chooses. */
function variants(corpus: Corpus): Record<string, Partial<LanguageModelOptions>> {
  return {
    full: {},
    tied: { tied: true },
    'log-uniform': { sampled: SAMPLED },
    unigram: { sampled: SAMPLED, proposals: corpus.counts() },
  };
}

/** A model under way. */
interface Contestant {
  readonly name: string;
  readonly model: LanguageModel;
  readonly trainer: Trainer;
  seconds: number;
}

/** Runs the comparison on each tier. */
export async function run({ tiers, shape, text, json }: BenchOptions): Promise<void> {
  const corpus = text === undefined ? builtIn() : Corpus.fromText(readFileSync(text, 'utf8'), { level: 'word', vocabSize: 10_000 }); // prettier-ignore
  const { train, valid } = corpus.split(0.1);
  for (const kernels of tiers) {
    const contestants: Contestant[] = [];
    for (const [name, options] of Object.entries(variants(train))) {
      if (shape !== undefined && shape !== name) continue;
      const model = new LanguageModel(await createEngine({ kernels, seed: 1 }), {
        vocabulary: corpus.vocabulary,
        ...SIZES,
        ...options,
      });
      const trainer = new Trainer(new TextObjective(model, train.tokens, undefined, SETTINGS), SETTINGS);
      contestants.push({ name, model, trainer, seconds: 0 });
    }
    for (let epoch = 1; epoch <= EPOCHS; epoch++) {
      const losses = trainEpoch(contestants);
      for (const [i, { name, model, seconds }] of contestants.entries()) {
        const { perplexity } = evaluate(model, valid.tokens, { batch: SETTINGS.batch, window: SETTINGS.window });
        print(json, { bench: 'language', name, kernels, epoch, trainLoss: losses[i]!, perplexity, seconds });
      }
    }
  }
}

function builtIn(): Corpus {
  return bundledCorpus({ language: 'en', sentences: 5000, seed: 1 }).corpus;
}

/** A step of each in turn. @returns the mean loss of each in this epoch */
function trainEpoch(contestants: readonly Contestant[]): number[] {
  const steps = contestants[0]!.trainer.stepsPerEpoch;
  const sums = contestants.map(() => 0);
  for (let step = 0; step < steps; step++) {
    for (const [i, contestant] of contestants.entries()) {
      const began = performance.now();
      sums[i]! += contestant.trainer.next().loss;
      contestant.seconds += (performance.now() - began) / 1000;
    }
  }
  return sums.map((sum) => sum / steps);
}
