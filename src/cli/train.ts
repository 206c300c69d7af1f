/** `recurra train`: a text file or a task in, a checkpoint out; or on from a checkpoint. */

import { keepPrevious, PREVIOUS_FILE, saveCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointError } from '../errors.js';
import { LanguageModel } from '../models/language-model.js';
import type { Learner } from '../models/learner.js';
import type { Network } from '../models/network.js';
import { SequenceModel } from '../models/sequence-model.js';
import type { TrainingRun, TrainReport } from '../train/train.js';
import { checkpointFiles } from './destination.js';
import { EXIT } from './exit.js';
import { Interruption } from './interruption.js';
import { grouped, readResumed } from './job.js';
import type { Job, TrainArguments } from './job.js';
import { newKindJob, resumedKindJob } from './kind-job.js';
import { kindNamed, kindOf } from './kinds.js';
import { listTasks } from './task-list.js';
import { newTaskJob, resumedTaskJob } from './task-job.js';
import { newTextJob, resumedTextJob } from './text-job.js';
import { TrainOutput } from './train-output.js';

/** Runs the command. @returns the exit code */
export async function trainCommand(options: TrainArguments): Promise<number> {
  if (options.task === 'list') return listTasks(options);
  const job = await jobOf(options);
  const output = new TrainOutput(options, job.terms, [...job.files, ...checkpointFiles(job.folder)]);
  if (job.drawing !== undefined) output.begin([job.drawing]);
  const model = job.makeModel();
  const { name } = job.terms.step;
  const interruption = new Interruption(() => output.message(`stopping after this ${name}; once more to quit at once`));
  try {
    const run = job.start(model, {
      signal: interruption.signal,
      onProgress: (event) => output.progress(event),
      onSave: saver(job, model),
    });
    output.begin(describeJob(job, model, run));
    const report = await run;
    output.done(report, job.folder, report.reason === 'aborted' ? undefined : job.conclude?.(model, report));
    return code(report, interruption);
  } finally {
    interruption.end();
    output.end();
  }
}

async function jobOf(options: TrainArguments): Promise<Job> {
  if (options.resume === undefined) return newJob(options);
  const { model, ...rest } = await readResumed(options, options.resume);
  const kind = kindOf(rest.training);
  if (kind !== undefined) return resumedKindJob(kind, options, { ...rest, model: model as Learner<unknown> });
  if (model instanceof LanguageModel) return resumedTextJob(options, { ...rest, model });
  if (model instanceof SequenceModel) return resumedTaskJob(options, { ...rest, model });
  throw new CheckpointError(`${options.resume}: the checkpoint does not say what its run was on. Begin a new one.`);
}

/** Runs begin from a text, from a task, or from the examples of a file. */
async function newJob(options: TrainArguments): Promise<Job> {
  const kind = kindNamed(options.task);
  if (kind !== undefined) return newKindJob(kind, options);
  return options.task === undefined ? newTextJob(options) : newTaskJob(options);
}

function code(report: TrainReport, interruption: Interruption): number {
  return report.reason === 'aborted' ? interruption.exitCode : EXIT.done;
}

/** Saves, and first keeps the checkpoint of another run: a run that fails at once leaves it where it is. */
function saver(job: Job, model: Network): (run: TrainingRun) => Promise<void> {
  let replaces = job.replaces;
  return async (run) => {
    if (replaces && run.trainer.step === 0) return;
    if (replaces) await keepPrevious(job.folder);
    replaces = false;
    await save(job, model, run);
  };
}

/** Saves model and run, with what else a resumed run needs. */
async function save(job: Job, model: Network, run: TrainingRun): Promise<void> {
  await saveCheckpoint(job.folder, model, {
    snapshot() {
      const { arrays, values } = run.snapshot();
      return { arrays, values: { ...values, ...job.stored() } };
    },
  });
}

function describeJob(job: Job, model: Network, { trainer }: TrainingRun): string[] {
  const { folder, engine, resume, replaces } = job;
  const { kernels, threads, notes } = engine.report();
  return [
    ...job.describe(model),
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
