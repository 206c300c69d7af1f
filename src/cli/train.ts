/** `recurra train`: a text file in, a checkpoint out; or on from a checkpoint. */

import { realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { CHECKPOINT_FILE, keepPrevious, PREVIOUS_FILE, saveCheckpoint } from '../checkpoint/checkpoint.js';
import { RESERVED } from '../data/vocabulary.js';
import { DataError } from '../errors.js';
import { megabytes } from '../memory/heap.js';
import type { LanguageModel } from '../models/language-model.js';
import { countParameters, trainingBytes } from '../models/sizes.js';
import { train } from '../train/train.js';
import type { TrainingRun, TrainOptions, TrainReport } from '../train/train.js';
import { EXIT } from './exit.js';
import { Interruption } from './interruption.js';
import { newJob, resumedJob, runSizes } from './job.js';
import type { Job, TrainArguments } from './job.js';
import { TrainOutput } from './train-output.js';

/** The size of state from which drawing the weights takes a while: orthogonal matrices are O(H^3). */
const SLOW = 768;

/** Runs the command. @returns the exit code */
export async function trainCommand(options: TrainArguments): Promise<number> {
  const job = await (options.resume === undefined ? newJob(options) : resumedJob(options, options.resume));
  const files = [job.textPath, join(job.folder, CHECKPOINT_FILE)];
  const output = new TrainOutput(options, job.corpus.vocabulary.level, files);
  if (job.resume === undefined && job.sizes.hiddenSize >= SLOW) {
    output.begin([`drawing ${grouped(countParameters(job.sizes))} weights`]);
  }
  const model = job.makeModel();
  const interruption = new Interruption(() => output.message('stopping after this window; once more to quit at once'));
  try {
    const run = startRun(job, model, {
      signal: interruption.signal,
      onProgress: (event) => output.progress(event),
      onSave: saver(job, model),
    });
    output.begin(describeJob(job, run));
    const report = await run;
    output.done(report, job.folder);
    return code(report, interruption);
  } finally {
    interruption.end();
    output.end();
  }
}

function startRun(job: Job, model: LanguageModel, options: TrainOptions): TrainingRun {
  try {
    return train(model, job.corpus, { ...job.settings, resume: job.resume, ...options });
  } catch (error) {
    if (error instanceof DataError) throw new DataError(`${job.textPath}: ${error.message}`, { cause: error });
    throw error;
  }
}

function code(report: TrainReport, interruption: Interruption): number {
  return report.reason === 'aborted' ? interruption.exitCode : EXIT.done;
}

/** Saves, and first keeps the checkpoint of another run: a run that fails at once leaves it where it is. */
function saver(job: Job, model: LanguageModel): (run: TrainingRun) => Promise<void> {
  let replaces = job.replaces;
  return async (run) => {
    if (replaces && run.trainer.step === 0) return;
    if (replaces) await keepPrevious(job.folder);
    replaces = false;
    await save(job, model, run);
  };
}

/** Saves model and run, with what else a resumed run needs: the kernels, and the text's path from the folder. */
async function save({ folder, engine, textPath }: Job, model: LanguageModel, run: TrainingRun): Promise<void> {
  const { kernels } = engine.report();
  const text = relative(realpathSync(folder), realpathSync(textPath)).replaceAll(sep, '/');
  await saveCheckpoint(folder, model, {
    snapshot() {
      const { arrays, values } = run.snapshot();
      return { arrays, values: { ...values, text, kernels } };
    },
  });
}

function describeJob({ folder, engine, sizes, corpus, resume, replaces }: Job, { trainer }: TrainingRun): string[] {
  const { cell, vocabSize, embeddingSize, hiddenSize, numLayers } = sizes;
  const { kernels, threads, notes } = engine.report();
  const memory = trainingBytes(engine, sizes, runSizes(trainer.settings));
  const symbols = corpus.vocabulary.level === 'char' ? 'characters' : 'words';
  const layers = `${numLayers} ${cell} layer${numLayers === 1 ? '' : 's'} of ${hiddenSize}`;
  return [
    `${grouped(corpus.tokens.length)} tokens, ${grouped(vocabSize - RESERVED.length)} different ${symbols}`,
    `embedding ${embeddingSize}, ${layers}, ${grouped(countParameters(sizes))} parameters, about ${megabytes(memory)}`,
    `kernels ${kernels}, ${threads} thread${threads === 1 ? '' : 's'}${notes.length > 0 ? ` (${notes.join('; ')})` : ''}`,
    ...(replaces ? [`${folder} holds a checkpoint of another run, which will be kept as ${PREVIOUS_FILE}`] : []),
    ...(resume === undefined ? [] : [describeResume(trainer)]),
  ];
}

function describeResume(trainer: TrainingRun['trainer']): string {
  const { step, totalSteps, settings, badEpochs } = trainer;
  const made = `${grouped(step)} update${step === 1 ? '' : 's'}`;
  if (step >= totalSteps) return `all of its ${made} are made; give --epochs or --steps, more than before, to go on`;
  if (trainer.outOfPatience && trainer.windowsDone === 0) {
    const allowed = `--patience ${settings.patience} allows`;
    return `validation has not improved for ${badEpochs} epochs, ${allowed} no more; give more, or 0, to go on`;
  }
  return `resuming at update ${grouped(step)} of ${grouped(totalSteps)}`;
}

function grouped(n: number): string {
  return n.toLocaleString('en-US');
}
