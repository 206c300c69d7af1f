/** Training a language model on a text: what is checked before the run begins. */

import { Corpus } from '../data/corpus.js';
import type { Vocabulary } from '../data/vocabulary.js';
import { DataError, OptionError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import { checkKnown } from '../options.js';
import { checkRunOptions, RUN_OPTIONS, settingsAmong, TrainingRun } from './run.js';
import type { RunOptions } from './run.js';
import { fullSettings, resumedSettings, SETTINGS, settingsOf } from './settings.js';
import type { FullSettings, TrainSettings } from './settings.js';
import { TextObjective } from './text-objective.js';
import { Trainer } from './trainer.js';

export { TrainingRun };
export type { ProgressEvent, StopReason, TrainReport } from './run.js';

/** Options of `train`: the settings, and everything that does not change the weights. */
export interface TrainOptions extends TrainSettings, RunOptions {
  /** A text of its own for validation, instead of the end of the corpus. */
  readonly valid?: Corpus | undefined;
}

const OWN = ['valid', ...RUN_OPTIONS] as const;

/**
 * Trains a language model by truncated BPTT. Options and data are checked before the promise is made.
 * @param corpus encoded with the model's vocabulary
 * @returns the run: await it for the report
 * @throws OptionError, DataError, MemoryError, CheckpointError; the promise rejects with DivergenceError
 */
export function train(model: LanguageModel, corpus: Corpus, options: TrainOptions = {}): TrainingRun {
  checkOptions(model, corpus, options);
  const { valid: _, ...own } = settingsAmong(options);
  const saved = options.resume === undefined ? undefined : settingsOf(options.resume);
  const given = saved === undefined ? own : resumedSettings<TrainSettings>(saved, own);
  const settings = fullSettings(given, options.valid !== undefined);
  for (const part of [corpus, options.valid]) {
    if (part !== undefined && !sameSymbols(part.vocabulary, model.vocabulary)) {
      throw new OptionError(
        "train: the corpus has other symbols than the model. Encode it with the model's vocabulary.",
      );
    }
  }
  const { train: training, valid } = parts(corpus, options.valid, settings.validFraction);
  checkLength(training, corpus, settings);
  const trainer = new Trainer(new TextObjective(model, training.tokens, valid?.tokens, settings), settings);
  if (options.resume !== undefined) trainer.restore(options.resume, saved!);
  return new TrainingRun(trainer, options);
}

/** Checks everything but the settings. @throws OptionError */
function checkOptions(model: LanguageModel, corpus: Corpus, options: TrainOptions): void {
  if (!(model instanceof LanguageModel) || !(corpus instanceof Corpus)) {
    throw new OptionError('train: takes a LanguageModel and a Corpus. Make the corpus with Corpus.fromText.');
  }
  checkKnown('train', options, [...SETTINGS, ...OWN]);
  const { valid, validFraction } = options;
  if (valid !== undefined && !(valid instanceof Corpus)) throw new OptionError('train: valid must be a Corpus.');
  if (valid !== undefined && (validFraction ?? 0) !== 0) {
    throw new OptionError('train: valid and validFraction contradict each other. Give one.');
  }
  checkRunOptions(options);
}

/** Says what the user can change where there are too few tokens for one window. @throws DataError */
function checkLength(training: Corpus, whole: Corpus, { batch, window, validFraction }: FullSettings): void {
  const [tokens, needed] = [training.tokens.length, batch * window + 1];
  if (tokens >= needed) return;
  const kept =
    tokens === whole.tokens.length ? '' : `, ${tokens} of them after a part of ${validFraction} for validation`;
  throw new DataError(
    `train: ${whole.tokens.length} tokens are too few${kept}: batch ${batch} x window ${window} needs ${needed}. ` +
      `Give more text, or lower the batch${kept === '' ? '' : ', the part for validation'} or the window.`,
  );
}

function sameSymbols(a: Vocabulary, b: Vocabulary): boolean {
  return a === b || (a.size === b.size && a.symbols.every((symbol, id) => symbol === b.symbols[id]));
}

function parts(corpus: Corpus, valid: Corpus | undefined, fraction: number): { train: Corpus; valid?: Corpus } {
  if (valid !== undefined) return { train: corpus, valid };
  return fraction === 0 ? { train: corpus } : corpus.split(fraction);
}
