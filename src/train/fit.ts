/** Training a model on examples: what is checked before the run begins. */

import type { Examples } from '../data/examples.js';
import { DataError, OptionError } from '../errors.js';
import { Learner } from '../models/learner.js';
import { checkKnown } from '../options.js';
import { ExamplesObjective } from './examples-objective.js';
import type { FitData } from './examples-objective.js';
import { FIT_SETTINGS, fitSettingsOf, fullFitSettings } from './fit-settings.js';
import type { FitSettings, FullFitSettings } from './fit-settings.js';
import { checkRunOptions, RUN_OPTIONS, settingsAmong, TrainingRun } from './run.js';
import type { RunOptions } from './run.js';
import { resumedSettings } from './settings.js';
import { Trainer } from './trainer.js';

export type { FitData } from './examples-objective.js';

/** Options of `fit`: the settings, and everything that does not change the weights. */
export interface FitOptions extends FitSettings, RunOptions {}

/**
 * Trains a model on examples: every one once an epoch, in a fresh order. Options are checked, and a step on the largest
 * batch is rehearsed, before the promise is made: what has no room fails at once.
 * @returns the run: await it for the report
 * @throws OptionError, DataError, MemoryError, CheckpointError; the promise rejects with DivergenceError
 */
export function fit<B>(model: Learner<B>, data: FitData<B>, options: FitOptions = {}): TrainingRun {
  checkFit(model, data);
  checkKnown('fit', options, [...FIT_SETTINGS, ...RUN_OPTIONS]);
  checkRunOptions(options);
  const { resume } = options;
  const given = settingsAmong(options);
  const saved = resume === undefined ? undefined : fitSettingsOf(resume);
  const settings = fullFitSettings(saved === undefined ? given : resumedSettings<FitSettings>(saved, given));
  checkValidation(settings, data);
  const objective = new ExamplesObjective(model, data, settings);
  const trainer = new Trainer(objective, settings);
  if (resume !== undefined) trainer.checkData(resume); // other data may not even fit into the model
  objective.rehearse();
  if (resume !== undefined) trainer.restore(resume, saved!);
  return new TrainingRun(trainer, options);
}

/** @throws OptionError, DataError */
function checkFit<B>(model: Learner<B>, data: FitData<B>): void {
  if (!(model instanceof Learner)) {
    throw new OptionError('fit: the first argument must be a model that learns from examples. Texts take train.');
  }
  checkKnown('fit', data, ['train', 'valid']);
  checkExamples('train', data.train);
  if (data.valid !== undefined) checkExamples('valid', data.valid);
}

function checkExamples(part: string, examples: Examples<unknown>): void {
  if (typeof (Object(examples) as Partial<Examples<unknown>>).batch !== 'function') {
    throw new OptionError(`fit: ${part} must be examples, with count, length and batch.`);
  }
  if (!(examples.count > 0)) throw new DataError(`fit: ${part} holds no examples. Give at least one.`);
}

/** @throws OptionError for what validation decides, where there is none */
function checkValidation<B>({ patience, schedule }: FullFitSettings, { valid }: FitData<B>): void {
  const needs = Object.entries({ patience: patience > 0, 'schedule plateau': schedule === 'plateau' });
  for (const [name, given] of needs) {
    if (given && valid === undefined) throw new OptionError(`fit: ${name} needs validation. Give valid.`);
  }
}
